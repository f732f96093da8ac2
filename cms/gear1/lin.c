/* lin.c - guest linear memory for the processor's own accesses. */
#include "gear1/lin.h"

#include "cms.h"
#include "hidden-mem/map.h"
#include "isa_intrinsics.h"

#define STORES_MAX 48     /* of one instruction: parameters through a call gate, a task switch */
#define BUFFER_SIZE 128   /* some of these may be split at page borders */

struct lin_store {
    uint64_t gpa, value;
    unsigned size;
};

struct lin_buffer {
    unsigned used;
    struct lin_store store[BUFFER_SIZE];
};

void lin_init(void)
{
    cms.gear1.buffer = NULL;
    if (vx_mfsr(SR_SBUF_SIZE) < STORES_MAX)
        cms.gear1.buffer = cms_alloc(sizeof(*cms.gear1.buffer));
}

bool lin_buffers(void)
{
    return cms.gear1.buffer;
}

void lin_flush(void)
{
    struct lin_buffer *b = cms.gear1.buffer;

    if (!b)
        return;
    for (unsigned n = 0; n < b->used; n++)
        memcpy((void *)(GUEST_BASE + b->store[n].gpa), &b->store[n].value, b->store[n].size);
    b->used = 0;
}

void lin_drop(void)
{
    if (cms.gear1.buffer)
        cms.gear1.buffer->used = 0;
}

/* What the buffer has of these bytes takes the place of what was loaded. */
static uint64_t buffer_load(uint64_t gpa, unsigned size, uint64_t value)
{
    const struct lin_buffer *b = cms.gear1.buffer;
    uint8_t *bytes = (uint8_t *)&value;

    if (!b)
        return value;
    for (unsigned n = 0; n < b->used; n++)
        for (unsigned i = 0; i < b->store[n].size; i++)
            if (b->store[n].gpa + i - gpa < size)
                bytes[b->store[n].gpa + i - gpa] = b->store[n].value >> 8 * i & 0xff;
    return value;
}

static void buffer_store(uint64_t gpa, unsigned size, uint64_t value)
{
    struct lin_buffer *b = cms.gear1.buffer;

    if (b->used == BUFFER_SIZE)
        cms_panic("one instruction makes more than %d stores", BUFFER_SIZE);
    b->store[b->used++] = (struct lin_store){gpa, value, size};
}

static uint64_t entry_address(uint64_t lo, uint32_t lin)
{
    return (lo & ~(uint64_t)PAGE_MASK) | (lin & PAGE_MASK);
}

/* TLB_LO of an entry that allows the access; raises the page fault if there can't be one. */
static uint64_t lin_entry(uint32_t lin, bool write, bool user)
{
    uint64_t need = user ? (write ? TLB_UWRITE : TLB_UREAD) : (write ? TLB_SWRITE : TLB_SREAD);
    uint64_t lo = vx_tlbp(lin & ~PAGE_MASK);

    if (lo & need)
        return lo;
    mmu_fill(lin, write, user);
    return vx_tlbp(lin & ~PAGE_MASK);
}

/* Address of an access to a device page. */
static uint64_t lin_device(uint32_t lin, bool write, bool user)
{
    uint64_t gpa;
    uint32_t error;

    if (!mmu_translate(lin, write, user, &gpa, &error))
        x86_page_fault(lin, error);
    return gpa;
}

static uint64_t guest_load(uint32_t lin, unsigned size)
{
    switch (size) {
    case 1: return vx_gld8(lin);
    case 2: return vx_gld16(lin);
    case 4: return vx_gld32(lin);
    default: return vx_gld64(lin);
    }
}

static void guest_store(uint32_t lin, unsigned size, uint64_t value)
{
    switch (size) {
    case 1: vx_gst8(lin, value); break;
    case 2: vx_gst16(lin, value); break;
    case 4: vx_gst32(lin, value); break;
    default: vx_gst64(lin, value);
    }
}

uint64_t lin_read(uint32_t lin, unsigned size, bool user)
{
    if ((lin & PAGE_MASK) + size > PAGE_SIZE) {
        uint64_t value = 0;

        for (unsigned i = 0; i < size; i++)
            value |= lin_read(lin + i, 1, user) << 8 * i;
        return value;
    }

    uint64_t lo = lin_entry(lin, false, user);

    if (lo & TLB_IO) {
        cms.gear1.touched = true;
        return monitor_read(lin_device(lin, false, user), size);
    }

    bool own = cms.cpu.cpl == 3;

    if (own != user)
        vx_mtsr(SR_GMODE, user);

    uint64_t value = guest_load(lin, size);

    if (own != user)
        vx_mtsr(SR_GMODE, own);
    return buffer_load(entry_address(lo, lin), size, value);
}

/*
 * Translations of these bytes are void before the store is made, and the TLB entry no longer guards
 * them.
 */
static void lin_touch_code(uint32_t lin, unsigned size, uint64_t lo, bool user)
{
    uint64_t gpa = entry_address(lo, lin);

    if (!(*smc_mask(gpa) & smc_granules(gpa, size)))
        return;
    smc_written(gpa, size);
    mmu_fill(lin, true, user);
}

void lin_write(uint32_t lin, unsigned size, uint64_t value, bool user)
{
    if ((lin & PAGE_MASK) + size > PAGE_SIZE) {
        for (unsigned i = 0; i < size; i++)
            lin_write(lin + i, 1, value >> 8 * i & 0xff, user);
        return;
    }

    uint64_t lo = lin_entry(lin, true, user);

    if (lo & TLB_IO) {
        cms.gear1.touched = true;
        monitor_write(lin_device(lin, true, user), size, value);
        return;
    }
    lin_touch_code(lin, size, lo, user);
    if (lin_buffers()) {
        buffer_store(entry_address(lo, lin), size, value);
        return;
    }

    bool own = cms.cpu.cpl == 3;

    if (own != user)
        vx_mtsr(SR_GMODE, user);
    guest_store(lin, size, value);
    if (own != user)
        vx_mtsr(SR_GMODE, own);
}

bool lin_takes(uint32_t lin, unsigned length, bool user)
{
    uint64_t lo = vx_tlbp(lin & ~PAGE_MASK);

    return !lin_buffers() && lo & (user ? TLB_UWRITE : TLB_SWRITE) && !(lo & TLB_IO) &&
           !(*smc_mask(lo) & smc_granules(lin, length));
}

void lin_probe_write(uint32_t lin, unsigned size, bool user)
{
    (void)lin_entry(lin, true, user);
    if ((lin & PAGE_MASK) + size > PAGE_SIZE)
        (void)lin_entry((lin | PAGE_MASK) + 1, true, user);
}
