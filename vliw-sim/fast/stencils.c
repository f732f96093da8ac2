/*
 * stencils.c - what the fast engine's host code is made of. Compiled, cut up by cut.py, never
 * linked.
 *
 * Each function is a piece of host code. It ends by calling next(), which the compiler makes a jump
 * and cut.py leaves out: the following piece stands there. Names beginning with h_ are holes: their
 * addresses are numbers that fast/emit.c fills in. What atoms do comes from the meanings in isa/,
 * through stencil_atoms.inc, where cut.py has written out some of them once for each value of an
 * operand.
 *
 * Between pieces live the chip, the block's first cycle, the tallies of the current phase, and the
 * clock of the caches, each in a register of its own. Guest registers are in the chip; copies of
 * some are in *pins*, registers that no piece uses by itself: emit.c makes operands of them
 * (pins.c).
 */
#include <string.h>

#include "isa/prims.h"
#include "vliw-sim/chip.h"

register char *chip_middle __asm__("rbx");
register uint64_t base __asm__("rbp");
register uint32_t *count __asm__("r12");
register int64_t clock __asm__("r15");
register uint64_t pin0 __asm__("r9");
register uint64_t pin1 __asm__("r10");
register uint64_t pin2 __asm__("r11");
register uint64_t pin3 __asm__("r13");
register uint64_t pin4 __asm__("r14");

#define chip ((struct chip *)(chip_middle - CHIP_MIDDLE))

typedef void code(uint64_t extra);

void next(void);                 /* the piece that follows */
void slow(uint64_t extra);       /* this atom, or this fetch, the long way */
void taken(void);                /* the branch's other way */
void to(void);                   /* anywhere */
void common(uint64_t, uint64_t); /* a piece that all sites share */

#define HOLE(name) extern char h_##name[];
HOLE(rd) HOLE(rs) HOLE(ra) HOLE(rb) HOLE(ca) HOLE(cd) HOLE(to_r) HOLE(to_c) HOLE(fa) HOLE(to_f)
HOLE(imm) HOLE(cmp) HOLE(sh) HOLE(pos) HOLE(len) HOLE(n) HOLE(alias) HOLE(al_bit) HOLE(sr) HOLE(pc)
HOLE(next_pc) HOLE(view) HOLE(room1) HOLE(room2) HOLE(room4) HOLE(room8) HOLE(order)
HOLE(tally) HOLE(cycles) HOLE(dirty) HOLE(f_dirty) HOLE(record) HOLE(site) HOLE(late) HOLE(wide)

#define H(name) ((uint64_t)(intptr_t)h_##name)
#define FIELD(type, name) (*(type *)(chip_middle + H(name)))
#define RARE(x) __builtin_expect((x), 0)
#define FOLDED static inline __attribute__((always_inline))

FOLDED uint64_t load_bytes(uint64_t at, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, (const void *)at, size);
    return value;
}

FOLDED void store_bytes(uint64_t at, uint64_t value, unsigned size)
{
    memcpy((void *)at, &value, size);
}

/* ---------------------------------------------------------------- flags */

/*
 * The flags of x - y and its like are those that the host's instruction leaves: instead of what
 * isa/prims.h computes.
 */
#define PART_8 "b"
#define PART_16 "w"
#define PART_32 "k"
#define HOST_FLAGS(name, n, x, y)                                                            \
    ({                                                                                       \
        uint64_t flags_, result_ = (x);                                                      \
        __asm__(name " %" PART_##n "2, %" PART_##n "1\n\tlahf\n\tseto %%al"                   \
                : "=&a"(flags_), "+r"(result_)                                               \
                : "r"((uint64_t)(y))                                                         \
                : "cc");                                                                     \
        (flags_ >> 8 & (ISA_SF | ISA_ZF | ISA_AF | ISA_PF | ISA_CF)) | (flags_ & 1) << 11;   \
    })
#define LOGIC_FLAGS(name, n, x, y) (HOST_FLAGS(name, n, x, y) & (ISA_SF | ISA_ZF | ISA_PF))
#define LESS_CARRY(flags, f) (((flags) & ~(uint64_t)ISA_CF) | ((f) & ISA_CF))

#define isa_x86_add_flags(n, a, b) HOST_FLAGS("add", n, a, b)
#define isa_x86_sub_flags(n, a, b) HOST_FLAGS("sub", n, a, b)
#define isa_x86_and_flags(n, a, b) LOGIC_FLAGS("and", n, a, b)
#define isa_x86_or_flags(n, a, b) LOGIC_FLAGS("or", n, a, b)
#define isa_x86_xor_flags(n, a, b) LOGIC_FLAGS("xor", n, a, b)
#define isa_x86_inc_flags(n, a, f) LESS_CARRY(HOST_FLAGS("add", n, a, 1), f)
#define isa_x86_dec_flags(n, a, f) LESS_CARRY(HOST_FLAGS("sub", n, a, 1), f)

/* ---------------------------------------------------------------- the words of a meaning */

#define ISA_R(field) FIELD(uint64_t, field)
#define ISA_SET_R(field, v) (FIELD(uint64_t, to_r) = (v))
#define ISA_C(field) ((uint64_t)FIELD(uint32_t, field))
#define ISA_SET_C(field, v) (FIELD(uint32_t, to_c) = (uint32_t)(v))
#define ISA_F(field) ISA_F_##field
#define ISA_F_imm H(imm)
#define ISA_F_wide FIELD(int64_t, wide)
#define ISA_F_cmp H(cmp)
#define ISA_F_sh H(sh)
#define ISA_F_pos H(pos)
#define ISA_F_len H(len)
#define ISA_F_n H(n)
#define ISA_PC H(pc)
#define ISA_NEXT H(next_pc)
#define ISA_BRANCH(atoms) return (void)(atoms), taken()
#define ISA_COMMIT(n) (chip->commit_count = (uint32_t)(n))
#define ISA_JUMP(addr) (chip->hot.target = (addr) & ~CODE_ODD)
#define ISA_JUMP_IF(addr) return ISA_JUMP(addr), taken()
#define ISA_JTLB_FIND(key) chip->hot.on_find(&chip->jtlb, key)
#define ISA_JTLB_WRITE(key, addr) chip->hot.on_jtlb(&chip->jtlb, key, addr)
#define ISA_RSTACK_PUSH(key, addr) chip->hot.on_push(&chip->rstack, key, addr)
#define ISA_RSTACK_POP(key) chip->hot.on_pop(&chip->rstack, key)
#define ISA_EMULATE(n)                                       \
    do {                                                     \
        if (RARE(!chip->emu_base))                           \
            return slow(0);                                  \
        chip->hot.target = chip->emu_base + 16 * (n);        \
    } while (0)
#define ISA_GREG(i) (chip->r[1 + (i)])
#define ISA_SET_GREG(i, v) (chip->r[1 + (i)] = (v))

/*
 * Memory: `room` is the last offset in a line at which an access of its size lies within. An access
 * is stamped with its place in the order of the block's accesses.
 */
#define VIEW(addr) ((struct fast_view *)((char *)chip->hot.view + ((addr) & H(view))))
#define STAMP(stamp) (*(stamp) = clock + (int64_t)H(order))

#define ISA_NLOAD(bytes, addr)                                \
    ({                                                        \
        uint64_t at_ = (addr);                                \
        struct fast_view *view_ = VIEW(at_);                  \
        uint64_t off_ = at_ - view_->native_read;             \
        if (RARE(off_ > H(room##bytes)))                      \
            return slow(at_);                      \
        STAMP(view_->native_stamp);                           \
        load_bytes(view_->native_host + off_, bytes);         \
    })
#define ISA_NLOAD_D(bytes, addr) ISA_NLOAD(bytes, addr)

#define ISA_NSTORE(bytes, addr, v)                            \
    do {                                                      \
        uint64_t at_ = (addr);                                \
        struct fast_view *view_ = VIEW(at_);                  \
        uint64_t off_ = at_ - view_->native_write;            \
        if (RARE(off_ > H(room##bytes)))                      \
            return slow(at_);                      \
        STAMP(view_->native_stamp);                           \
        store_bytes(view_->native_host + off_, (v), bytes);   \
    } while (0)

/* In a bundle with several accesses: takes place at its end. */
#define ISA_NSTORE_LATE(bytes, where, v)                                        \
    do {                                                                        \
        uint64_t at_ = (where);                                                 \
        struct fast_view *view_ = VIEW(at_);                                    \
        uint64_t off_ = at_ - view_->native_write;                              \
        if (RARE(off_ > H(room##bytes)))                                        \
            return slow(at_);                                        \
        STAMP(view_->native_stamp);                                             \
        FIELD(struct chip_store, late).value = (v);                             \
        FIELD(struct chip_store, late).host = (uint8_t *)(view_->native_host + off_); \
    } while (0)

/* Bit `number` mod 64, by the instructions for that. */
FOLDED bool bit_test(uint64_t bits, uint64_t number)
{
    bool set;

    __asm__("bt %2, %1" : "=@ccc"(set) : "r"(bits), "r"(number));
    return set;
}

FOLDED uint64_t bit_set(uint64_t bits, uint64_t number)
{
    __asm__("bts %1, %0" : "+r"(bits) : "r"(number) : "cc");
    return bits;
}

/* Does a store wait that may have written one of the bytes? */
FOLDED bool waits(uint64_t addr, unsigned bytes)
{
    uint64_t filter = chip->sbuf.filter;

    if (RARE(bit_test(filter, addr >> 3)))
        return true;
    return bytes > 1 && RARE(bit_test(filter, (addr + bytes - 1) >> 3));
}

/* What a load gets then; the function keeps all registers (KEEPS_REGISTERS). */
FOLDED uint64_t merge(uint64_t host, unsigned bytes)
{
    uint64_t value;

    __asm__ volatile("call *%[on]"
                     : "=a"(value)
                     : "D"(chip_middle), "S"(host), "d"((uint64_t)bytes),
                       [on] "m"(chip->hot.on_merge)
                     : "memory", "cc");
    return value;
}

/* sbuf_put(), with those instructions. */
FOLDED void put(uint64_t pa, unsigned bytes, uint64_t value)
{
    struct sbuf *sb = &chip->sbuf;
    struct sbuf_store *s = &sb->store[sb->used++];
    uint64_t filter = bit_set(sb->filter, pa >> 3);

    s->addr = pa;
    s->value = value;
    s->size = bytes;
    sb->filter = bytes > 1 ? bit_set(filter, (pa + bytes - 1) >> 3) : filter;
}

#define GLOAD(bytes, addr, meanwhile)                                                       \
    ({                                                                                      \
        uint64_t at_ = (addr);                                                              \
        struct fast_view *view_ = VIEW(at_);                                                \
        uint32_t off_ = (uint32_t)at_ - view_->guest_read;                                  \
        if (RARE((uint64_t)off_ > H(room##bytes)))                                          \
            return slow(at_);                                                               \
        STAMP(view_->guest_stamp);                                                          \
        uint64_t host_ = view_->guest_host + off_;                                          \
        meanwhile;                                                                          \
        waits(at_, bytes) ? merge(host_, bytes) : load_bytes(host_, bytes);                 \
    })
#define ISA_GLOAD(bytes, addr) GLOAD(bytes, addr, (void)0)

#define ALIAS_TO (offsetof(struct alias, to) / sizeof(uint64_t))

/* alias_protect() for a register that the machine has; `alias` is its place in alias.from. */
FOLDED void protect(uint64_t pa, unsigned bytes)
{
    FIELD(uint64_t, alias) = pa;
    *(&FIELD(uint64_t, alias) + ALIAS_TO) = pa + bytes;
    chip->alias.used |= (uint32_t)H(al_bit);
    chip->alias.protects++;
}

#define ISA_GLOAD_PROTECT(bytes, addr, reg) \
    GLOAD(bytes, addr, protect(host_ - (uint64_t)chip->dram, bytes))

/* alias_hit() */
FOLDED bool watched(uint64_t mask, uint64_t pa, unsigned bytes)
{
    __asm__("" : "+r"(mask)); /* a hole may be 0 */
    for (uint32_t left = (uint32_t)mask & chip->alias.used; left; left &= left - 1) {
        unsigned n = (unsigned)__builtin_ctz(left);
        if (RARE(pa < chip->alias.to[n]) && chip->alias.from[n] < pa + bytes)
            return true;
    }
    return false;
}

#define GSTORE(bytes, addr, v, hit)                                                 \
    do {                                                                            \
        uint64_t at_ = (addr);                                                      \
        struct fast_view *view_ = VIEW(at_);                                        \
        uint32_t off_ = (uint32_t)at_ - view_->guest_write;                         \
        if (RARE((uint64_t)off_ > H(room##bytes)))                                  \
            return slow(at_);                                                       \
        if (RARE(chip->sbuf.used >= chip->sbuf.room))                               \
            return slow(at_);                                                       \
        uint64_t pa_ = view_->guest_pa + off_;                                      \
        if (RARE(hit))                                                              \
            return slow(0); /* traps */                                             \
        put(pa_, bytes, (v));                                                       \
    } while (0)
#define ISA_GSTORE(bytes, addr, v) GSTORE(bytes, addr, v, false)
#define ISA_GSTORE_CHECK(bytes, addr, v, mask) GSTORE(bytes, addr, v, watched(mask, pa_, bytes))

#define GSTORE_LATE(bytes, where, v, hit)                                           \
    do {                                                                            \
        uint64_t at_ = (where);                                                     \
        struct fast_view *view_ = VIEW(at_);                                        \
        uint32_t off_ = (uint32_t)at_ - view_->guest_write;                         \
        if (RARE((uint64_t)off_ > H(room##bytes)))                                  \
            return slow(at_);                                                       \
        if (RARE(chip->sbuf.used + (uint32_t)H(n) >= chip->sbuf.room))              \
            return slow(at_);                                                       \
        uint64_t pa_ = view_->guest_pa + off_;                                      \
        if (RARE(hit))                                                              \
            return slow(0); /* traps */                                             \
        FIELD(struct chip_store, late).addr = pa_;                                  \
        FIELD(struct chip_store, late).value = (v);                                 \
    } while (0)
#define ISA_GSTORE_LATE(bytes, where, v) GSTORE_LATE(bytes, where, v, false)
#define ISA_GSTORE_CHECK_LATE(bytes, where, v, mask) \
    GSTORE_LATE(bytes, where, v, watched(mask, pa_, bytes))

#define ISA_EXEC(name) void atom_##name(void)
#define ISA_END next(); }
#include "stencil_atoms.inc"

/* ---------------------------------------------------------------- what stands between atoms */

void move_r(void)
{
    FIELD(uint64_t, to_r) = FIELD(uint64_t, ra);
    next();
}

void move_c(void)
{
    FIELD(uint32_t, to_c) = FIELD(uint32_t, ca);
    next();
}

void move_f(void)
{
    FIELD(struct isa_v, to_f) = FIELD(struct isa_v, fa);
    next();
}

/* Late stores of a bundle, one after the other. */
#define STORE(size)                                                                 \
    void store##size(void)                                                          \
    {                                                                               \
        struct chip_store *late = &FIELD(struct chip_store, late);                  \
        store_bytes((uint64_t)late->host, late->value, size);                       \
        next();                                                            \
    }
STORE(1) STORE(2) STORE(4) STORE(8)

#define STORE_GUEST(size)                                                           \
    void store_guest##size(void)                                                    \
    {                                                                               \
        struct chip_store *late = &FIELD(struct chip_store, late);                  \
        put(late->addr, size, late->value);                                         \
        next();                                                                     \
    }
STORE_GUEST(1) STORE_GUEST(2) STORE_GUEST(4) STORE_GUEST(8)

/* A block is entered only if no event can come while it runs. */
void enter(void)
{
    if (RARE(base >= chip->hot.limit))
        return slow(0);
    next();
}

/* A line of the block that was not the one fetched last. */
void fetch(void)
{
    int64_t *stamp = FIELD(int64_t *, record);

    if (RARE(!stamp))
        return slow(0);
    STAMP(stamp);
    next();
}

/* Likewise at a block's start, where it isn't in the block's tallies. */
void fetch_first(void)
{
    int64_t *stamp = FIELD(int64_t *, record);

    if (RARE(!stamp))
        return slow(0);
    STAMP(stamp);
    chip->hier.l1i.hits++;
    next();
}

/* Before a bundle that commits: can nothing be taken after it? */
void commit_check(void)
{
    if (RARE(base + H(cycles) >= chip->irq_cycle))
        return slow(0);
    next();
}

/* At its end: what has been written becomes official, */
void shadow_r(void)
{
    FIELD(uint64_t, to_r) = FIELD(uint64_t, ra);
    next();
}

void shadow_c(void)
{
    FIELD(uint32_t, to_c) = FIELD(uint32_t, ca);
    next();
}

/* all of it if it isn't known what that is, */
void commit_unknown(void)
{
    chip->hot.on_official(chip);
    next();
}

void commit_known(void)
{
    chip->r_dirty = 0;
    chip->hot.stale = 0;
    next();
}

/* and the stores. */
void commit(void)
{
    if (chip->sbuf.used) {
        chip->hier.clock = clock + (int64_t)H(order);
        chip->hot.on_drain(chip, base + H(cycles));
        clock = chip->hier.clock - (int64_t)H(order);
    }
    chip->alias.used = 0;
    chip->retired += chip->commit_count;
    chip->commits++;
    next();
}

/* What the block has written so far is not official, and others may have to make it so. */
void dirty(void)
{
    chip->r_dirty |= H(dirty);
    next();
}

void f_dirty(void)
{
    chip->fpu.dirty |= (uint32_t)H(f_dirty);
    next();
}

void stale(void)
{
    chip->hot.stale = 1;
    next();
}

/* The end of a way through the block. */
void leave(void)
{
    ++*(uint32_t *)((char *)count + H(tally));
    clock += (int64_t)H(order);
    base += H(cycles);
    next();
}

/* ... in which nothing was stamped. */
void leave_calm(void)
{
    ++*(uint32_t *)((char *)count + H(tally));
    base += H(cycles);
    next();
}

void go(void)
{
    to();
}

/* To chip->hot.target, if the table knows where that is from here. */
void go_indirect(void)
{
    uint64_t target = chip->hot.target;
    uint64_t at = ((uint32_t)target * JUMP_SPREAD ^ (uint32_t)H(site)) & JUMP_MASK;
    struct fast_jump *jump = (struct fast_jump *)((char *)chip->hot.jump + at);

    if (RARE(jump->target != target))
        return slow(0);
    if (RARE(jump->site != (uint32_t)H(site)))
        return slow(0);
    ((code *)jump->code)(0);
}

/* ---------------------------------------------------------------- calls of the engine */

/* Says which place in which block it is. */
void site(uint64_t extra)
{
    common(extra, H(site));
}

#define CALL(name)                                               \
    void call_##name(uint64_t extra, uint64_t site)              \
    {                                                            \
        chip->hier.clock = clock;                                \
        code *on = chip->hot.name(chip, base, extra, site);      \
        clock = chip->hier.clock;                                \
        base = chip->hot.base;                                   \
        count = chip->hot.count;                                 \
        pin0 = chip->hot.pin[0];                                 \
        pin1 = chip->hot.pin[1];                                 \
        pin2 = chip->hot.pin[2];                                 \
        pin3 = chip->hot.pin[3];                                 \
        pin4 = chip->hot.pin[4];                                 \
        on(0);                                                   \
    }
CALL(on_atom)
CALL(on_fetch)
CALL(on_step)
CALL(on_exit)

/* Back to whom has called `start`. */
void back(void)
{
}

/* Called like any function: the registers that host code uses are its caller's. */
void start(char *on_chip, uint64_t from, uint32_t *counting, code *go)
{
    char *their_chip = chip_middle;
    uint64_t their_base = base;
    uint32_t *their_count = count;
    int64_t their_clock = clock;
    uint64_t their_pins[] = {pin3, pin4}; /* the others are any function's */

    chip_middle = on_chip + CHIP_MIDDLE;
    base = from;
    count = counting;
    clock = chip->hier.clock;
    go(0);
    chip->hier.clock = clock;
    chip_middle = their_chip;
    base = their_base;
    count = their_count;
    clock = their_clock;
    pin3 = their_pins[0];
    pin4 = their_pins[1];
}
