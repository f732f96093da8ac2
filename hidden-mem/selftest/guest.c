/* guest.c - guest accesses: the TLB between them and memory. */
#include "selftest.h"

void guest_map(uint64_t page, uint64_t physical, unsigned rights, uint32_t granules)
{
    vx_mtsr(SR_TLB_HI, page);
    vx_mtsr(SR_TLB_LO, physical | rights);
    vx_mtsr(SR_TLB_TMASK, granules);
    vx_tlbw();
}

#define LOAD "gld.32 r42, [r42 + 0]"
#define STORE "gst.32 r43, [r42 + 0]"

enum outcome feature_tlb(void)
{
    *memory(PAGE) = 0x1001;
    *memory(2 * PAGE) = 0x2002;
    TRAPS(tlb_miss, LOAD, 0xc0000010);
    SAME("address of the miss", self.seen.badaddr, 0xc0000010);
    SAME("its size and direction", self.seen.einfo, 4);
    guest_map(0xc0000000, PAGE, RIGHTS_ALL, 0);
    GIVES(0x1001, LOAD, 0xc0000000);
    SAME("probe", vx_tlbp(0xc0000000), PAGE | RIGHTS_ALL);
    guest_map(0xc0000000, 2 * PAGE, RIGHTS_ALL, 0); /* an entry for the same page is replaced */
    GIVES(0x2002, LOAD, 0xc0000000);
    vx_tlbi(0xc0000000);
    SAME("probe of a dropped page", vx_tlbp(0xc0000000), 0);
    guest_map(PAGE, 2 * PAGE, RIGHTS_ALL, 0);
    guest_map(3 * PAGE, 2 * PAGE, RIGHTS_ALL, 0);
    guest_map(4 * PAGE, PAGE, RIGHTS_ALL, 0);
    vx_tlbip(2 * PAGE);
    TRAPS(tlb_miss, LOAD, PAGE);
    TRAPS(tlb_miss, LOAD, 3 * PAGE);
    GIVES(0x1001, LOAD, 4 * PAGE);
    vx_tlbf();
    TRAPS(tlb_miss, LOAD, 4 * PAGE);
    return OK;
}

enum outcome feature_tlb_rights(void)
{
    for (unsigned rights = 0; rights <= RIGHTS_ALL; rights++) {
        guest_map(PAGE, PAGE, rights, 0);
        for (unsigned user = 0; user < 2; user++) {
            vx_mtsr(SR_GMODE, user);
            unsigned mine = user ? rights >> 2 : rights;
            piece_run(LOAD, ARGUMENTS(PAGE));
            SAME("cause of a load", self.seen.cause, mine & 1 ? CAUSE_none : CAUSE_tlb_prot);
            piece_run(STORE, ARGUMENTS(PAGE));
            SAME("cause of a store", self.seen.cause, mine & 2 ? CAUSE_none : CAUSE_tlb_prot);
            vx_rollback();
        }
    }
    return OK;
}

enum outcome feature_tlb_io(void)
{
    enum { PORT_SPACE = 1, PORT = 0x3f8 };

    guest_map(PAGE, 0xfee00000, RIGHTS_ALL | RIGHT_IO, 0);
    TRAPS(tlb_io, LOAD, PAGE + 0x20);
    SAME("address of an I/O load", self.seen.badaddr, PAGE + 0x20);
    TRAPS(tlb_io, STORE, PAGE);
    TRAPS(tlb_miss, "pld.8 r42, [r42]", PORT);
    guest_map((PORT & ~(PAGE - 1)) | PORT_SPACE, 0, RIGHTS_ALL | RIGHT_IO, 0);
    TRAPS(tlb_io, "pst.16 r43, [r42]", PORT);
    SAME("port", self.seen.badaddr, PORT);
    SAME("size, write, port space", self.seen.einfo, 2 | 0x100 | 0x200);
    TRAPS(tlb_miss, LOAD, PORT); /* memory is another space */
    return OK;
}

enum outcome feature_tlb_granules(void)
{
    enum { GRANULE = 128 };

    guest_map(PAGE, PAGE, RIGHTS_ALL, 1u << 5 | 1u << 31);
    TRAPS(tlb_tbit, STORE, PAGE + 5 * GRANULE);
    TRAPS(tlb_tbit, STORE, PAGE + 5 * GRANULE - 1); /* its last bytes */
    TRAPS(tlb_tbit, STORE, PAGE + 6 * GRANULE - 1); /* its first byte */
    TRAPS(tlb_tbit, STORE, PAGE + 31 * GRANULE);
    GIVES(0, STORE "; rollback; addi r42, r0, 0", PAGE + 6 * GRANULE);
    GIVES(0, STORE "; rollback; addi r42, r0, 0", PAGE + 5 * GRANULE - 4);
    GIVES(0, LOAD "; addi r42, r0, 0", PAGE + 5 * GRANULE);
    return OK;
}

enum outcome feature_guest_addresses(void)
{
    guest_map(0xfffff000, PAGE, RIGHTS_ALL, 0);
    guest_map(0, 2 * PAGE, RIGHTS_ALL, 0);
    TRAPS(page_cross, LOAD, 0xfffffffe);
    *memory(2 * PAGE + 8) = 0x8808;
    GIVES(0x8808, "gld.64 r42, [r42 + 16]", 0xfffffff8);
    GIVES(0x8808, LOAD, 0x7700000008);
    GIVES(0x8808, "gldx.16 r42, [r42 + r43 << 2]", 0xfffffffc, 3);
    GIVES(0xffffffffffff8808, "gld.16s r42, [r42 + 0]", 8);
    GIVES(0x88, "gstx.8 r43, [r42 + r43 << 0]; commit 0; gld.8 r42, [r44 + 0]", 0, 0x88, 0x88);
    return OK;
}

enum outcome feature_hidden_memory(void)
{
    uint64_t first = vx_mfsr(SR_DRAM_SIZE) - self.hidden_size;

    vx_mtsr(SR_TLB_HI, PAGE);
    vx_mtsr(SR_TLB_LO, first | RIGHTS_ALL);
    TRAPS(tlb_refused, "tlbw");
    SAME("page that was refused", self.seen.badaddr, first);
    vx_mtsr(SR_TLB_LO, (first + self.hidden_size) | RIGHTS_ALL);
    TRAPS(tlb_refused, "tlbw");
    vx_mtsr(SR_TLB_LO, (first - PAGE) | RIGHTS_ALL);
    GIVES(0, "tlbw; addi r42, r0, 0");
    TRAPS(bus_error, "ld.d r42, [r42 + 0]", GUEST_BASE + first);
    return OK;
}
