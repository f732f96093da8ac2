/*
 * bios.c - ROMs, and the shadow memory before them.
 *
 * The BIOS is a ROM that ends at 4 GiB, where the processor starts. Its last 128 KiB, and a video
 * BIOS at C0000h if there is one, are seen again below 1 MiB, at addresses which DRAM has too. The
 * host bridge's PAM registers say for each of thirteen segments who is meant: a segment open for
 * reading reads DRAM, else the ROM; one open for writing writes DRAM, else nothing. So a BIOS
 * copies itself into DRAM, and then protects it.
 *
 * All of it is ordinary memory to the TLB, ROMs too: they lie in the chip's DRAM behind the guest's
 * memory, where no guest address leads but those of the ROM, and are entered for reading only. So
 * code in any of it can be translated. Stores that the TLB refuses come to the monitor, which drops
 * them, or, where a segment is open for writing alone, does them.
 */
#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "monitor/monitor.h"

#define BIOS_STEP 0x10000u
#define BIOS_MAX 0x40000u
#define BIOS_LOW_MAX 0x20000u /* of it, below 1 MiB */
#define VIDEO_MAX 0x10000u
#define TOP UINT64_C(0x100000000)

#define SHADOW_BASE 0xc0000u
#define SHADOW_END 0x100000u
#define SHADOW_SMALL 0x4000u /* segments but the last, which is 64 KiB */
#define SHADOW_LAST 12u
#define SHADOW_LAST_BASE 0xf0000u

enum { OPEN_READ = 1, OPEN_WRITE = 2 };

struct rom {
    uint64_t at; /* from GUEST_BASE on */
    uint32_t size; /* 0: there is none */
};

struct bios {
    struct rom bios, video;
    uint8_t open[SHADOW_LAST + 1];
};

static uint8_t open_at(uint64_t gpa)
{
    if (gpa < SHADOW_BASE || gpa >= SHADOW_END)
        return OPEN_READ | OPEN_WRITE;
    unsigned n =
        gpa >= SHADOW_LAST_BASE ? SHADOW_LAST : (unsigned)(gpa - SHADOW_BASE) / SHADOW_SMALL;
    return cms.mon->bios->open[n];
}

bool bios_reads_memory(uint64_t gpa)
{
    return open_at(gpa) & OPEN_READ;
}

bool bios_writes_memory(uint64_t gpa)
{
    return open_at(gpa) & OPEN_WRITE;
}

bool bios_is_open(uint64_t gpa, uint64_t length)
{
    for (uint64_t at = gpa & ~(uint64_t)(SHADOW_SMALL - 1); at < gpa + length; at += SHADOW_SMALL) {
        if (at >= SHADOW_END)
            return true;
        if (at >= SHADOW_BASE && open_at(at) != (OPEN_READ | OPEN_WRITE))
            return false;
    }
    return true;
}

uint64_t bios_rom(uint64_t gpa)
{
    const struct bios *b = cms.mon->bios;

    if (gpa < TOP && TOP - gpa <= b->bios.size)
        return b->bios.at + b->bios.size - (TOP - gpa);
    if (gpa >= SHADOW_END || gpa < SHADOW_BASE || bios_reads_memory(gpa))
        return MONITOR_NOWHERE;
    if (SHADOW_END - gpa <= b->bios.size && SHADOW_END - gpa <= BIOS_LOW_MAX)
        return b->bios.at + b->bios.size - (SHADOW_END - gpa);
    return gpa - SHADOW_BASE < b->video.size ? b->video.at + gpa - SHADOW_BASE : MONITOR_NOWHERE;
}

void bios_shadow(const uint8_t pam[PAM_COUNT])
{
    struct bios *b = cms.mon->bios;
    uint8_t open[SHADOW_LAST + 1];

    for (unsigned n = 0; n < SHADOW_LAST; n++)
        open[n] = pam[1 + n / 2] >> (n % 2 * 4) & 3;
    open[SHADOW_LAST] = pam[0] >> 4 & 3;
    if (memcmp(open, b->open, sizeof(open)) == 0)
        return;
    memcpy(b->open, open, sizeof(open));
    smc_written(SHADOW_BASE, SHADOW_END - SHADOW_BASE);
    mmu_flush();
}

/* Is there such a ROM? Then its size is known. */
static bool rom_open(struct rom *rom, const char *name, uint32_t *blob)
{
    struct host_request rq = {
        .op = HOST_BLOB_OPEN,
        .buffer = (uintptr_t)name,
        .length = strlen(name),
    };

    if (proxy_call(&rq) != HOST_OK)
        return false;
    *blob = (uint32_t)rq.result;
    rom->size = rq.arg[1] > UINT32_MAX ? UINT32_MAX : (uint32_t)rq.arg[1];
    return true;
}

static void rom_load(struct rom *rom, uint32_t blob, uint64_t at)
{
    struct host_request rq = {
        .op = HOST_BLOB_READ,
        .arg = {blob, 0},
        .buffer = GUEST_BASE + at,
        .length = rom->size,
    };

    rom->at = at;
    if (proxy_call(&rq) != HOST_OK || rq.result != rq.length)
        cms_panic("a ROM can't be read: status %d", rq.status);
}

void bios_init(void)
{
    struct bios *b = cms.mon->bios = cms_alloc(sizeof(*b));
    uint32_t blob;
    char text[96];

    if (!rom_open(&b->bios, "bios", &blob))
        monitor_exit(HOST_EXIT_OPTION, 0, "no BIOS was given");
    if (b->bios.size == 0 || b->bios.size > BIOS_MAX || b->bios.size % BIOS_STEP != 0) {
        cms_snprintf(text, sizeof(text),
                     "the BIOS has %u bytes, expected a multiple of %u up to %u", b->bios.size,
                     BIOS_STEP, BIOS_MAX);
        monitor_exit(HOST_EXIT_INPUT, 0, text);
    }
    if (cms.guest_size < SHADOW_END)
        monitor_exit(HOST_EXIT_OPTION, 0, "the guest needs at least 1 MiB of memory");
    rom_load(&b->bios, blob, cms.guest_size);
    if (!rom_open(&b->video, "vgabios", &blob))
        return;
    if (b->video.size > VIDEO_MAX) {
        cms_snprintf(text, sizeof(text), "the VGA BIOS has %u bytes, expected at most %u",
                     b->video.size, VIDEO_MAX);
        monitor_exit(HOST_EXIT_INPUT, 0, text);
    }
    rom_load(&b->video, blob, cms.guest_size + BIOS_MAX);
}
