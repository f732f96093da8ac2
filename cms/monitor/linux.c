/*
 * linux.c - Linux by its 32-bit boot protocol: a bzImage, or the vmlinux that is packed in it.
 *
 * The zero page holds a copy of the file's setup header, filled in, and the memory map; it is all
 * that the kernel is told. A vmlinux has no setup header, so it gets one.
 */
#include "monitor/loader.h"

enum {
    SETUP_HEADER = 0x1f1, /* in the file and in the zero page: the first byte is setup_sects */
    BOOT_FLAG = 0x1fe,
    JUMP = 0x200, /* its second byte says where the header ends */
    MAGIC = 0x202,
    VERSION = 0x206,
    LOADER_TYPE = 0x210,
    LOAD_FLAGS = 0x211,
    CODE32_START = 0x214,
    RAMDISK_IMAGE = 0x218,
    RAMDISK_SIZE = 0x21c,
    COMMAND_LINE = 0x228,
    INITRD_LIMIT = 0x22c,
    KERNEL_ALIGNMENT = 0x230,
    PREFERRED = 0x258,
    INIT_SIZE = 0x260,
    HEADER_END = 0x290,

    SCREEN_EXT_MEM = 0x02,
    SCREEN_MODE = 0x06,
    SCREEN_COLUMNS = 0x07,
    SCREEN_LINES = 0x0e,
    SCREEN_IS_VGA = 0x0f,
    SCREEN_POINTS = 0x10,
    ALT_MEM_K = 0x1e0,
    E820_ENTRIES = 0x1e8,
    E820_TABLE = 0x2d0,
};

#define LOADED_HIGH 1
#define LOADER_UNKNOWN 0xff
#define HDRS 0x53726448u
#define OLDEST 0x0206 /* boot protocol: command line anywhere, its size known */
#define SAYS_SIZE 0x020a /* where it unpacks itself, and what room that takes */
#define OURS 0x020c
#define INITRD_LIMIT_DEFAULT 0x37ffffffu
#define SECTOR 512

static void put_range(uint8_t *zero, uint64_t first, uint64_t end)
{
    uint8_t *at = zero + E820_TABLE + zero[E820_ENTRIES]++ * 20;

    loader_put(at, 8, first);
    loader_put(at + 8, 8, end - first);
    loader_put(at + 16, 4, 1);
}

static void put_machine(uint8_t *zero)
{
    uint32_t above = (cms.guest_size - HIGH_FIRST) / 1024;

    loader_put(zero + SCREEN_EXT_MEM, 2, above > 0xfc00 ? 0xfc00 : above);
    zero[SCREEN_MODE] = 3;
    zero[SCREEN_COLUMNS] = 80;
    zero[SCREEN_LINES] = 25;
    zero[SCREEN_IS_VGA] = 1;
    loader_put(zero + SCREEN_POINTS, 2, 16);
    loader_put(zero + ALT_MEM_K, 4, above);
    put_range(zero, 0, LOW_END);
    put_range(zero, HIGH_FIRST, cms.guest_size);
}

/* As high as the kernel can reach it. */
static void put_initrd(struct loader *l, uint8_t *zero, uint32_t limit)
{
    uint32_t end = cms.guest_size - 1 < limit ? cms.guest_size : limit + 1;

    if (!l->initrd.there)
        return;
    if (l->initrd.size > end || end - l->initrd.size < l->top)
        loader_refuse(l, "and its initrd do not fit in the guest's memory");
    uint32_t at = (end - l->initrd.size) & ~(PAGE - 1);
    loader_read(l, &l->initrd, 0, at, l->initrd.size);
    loader_put(zero + RAMDISK_IMAGE, 4, at);
    loader_put(zero + RAMDISK_SIZE, 4, l->initrd.size);
}

static void linux_run(struct loader *l, uint8_t *zero, uint32_t entry)
{
    uint32_t limit = loader_get(zero + INITRD_LIMIT, 4);

    zero[LOADER_TYPE] = LOADER_UNKNOWN;
    loader_put(zero + COMMAND_LINE, 4, loader_command_line(l));
    put_machine(zero);
    put_initrd(l, zero, limit ? limit : INITRD_LIMIT_DEFAULT);
    loader_start(entry, 0, 0, LOW_PARAMETERS);
}

static void start_packed(struct loader *l, uint8_t *zero)
{
    uint32_t setup = ((l->head[SETUP_HEADER] ? l->head[SETUP_HEADER] : 4) + 1u) * SECTOR;
    uint32_t end = MAGIC + l->head[JUMP + 1];

    if (loader_get(l->head + VERSION, 2) < OLDEST || !(l->head[LOAD_FLAGS] & LOADED_HIGH))
        loader_refuse(l, "is older than Linux 2.6.22's boot protocol");
    if (!loader_get(l->head + CODE32_START, 4))
        loader_refuse(l, "has no 32-bit entry: a boot loader has to start it");
    if (setup >= l->kernel.size)
        loader_refuse(l, "is shorter than it says itself");
    end = end < HEADER_END ? end : HEADER_END;
    memcpy(zero + SETUP_HEADER, l->head + SETUP_HEADER, end - SETUP_HEADER);
    loader_read(l, &l->kernel, setup, HIGH_FIRST, l->kernel.size - setup);
    loader_put(zero + CODE32_START, 4, HIGH_FIRST);

    /* It unpacks itself to where it likes to be; that has to be memory, and not the initrd's. */
    bool sized = loader_get(l->head + VERSION, 2) >= SAYS_SIZE;
    uint64_t room = loader_get(zero + PREFERRED, 4) + (uint64_t)loader_get(zero + INIT_SIZE, 4);
    if (!sized)
        room = HIGH_FIRST + (uint64_t)l->kernel.size - setup;
    if (room > cms.guest_size)
        loader_refuse(l, "needs more memory than the guest has");
    if (room > l->top)
        l->top = (uint32_t)room;
    linux_run(l, zero, HIGH_FIRST);
}

static void start_unpacked(struct loader *l, uint8_t *zero)
{
    uint32_t entry = loader_elf(l);

    loader_put(zero + BOOT_FLAG, 2, 0xaa55);
    loader_put(zero + MAGIC, 4, HDRS);
    loader_put(zero + VERSION, 2, OURS);
    zero[LOAD_FLAGS] = LOADED_HIGH;
    loader_put(zero + KERNEL_ALIGNMENT, 4, 0x1000000);
    linux_run(l, zero, entry);
}

bool linux_start(struct loader *l)
{
    bool packed = loader_get(l->head + BOOT_FLAG, 2) == 0xaa55 &&
                  loader_get(l->head + MAGIC, 4) == HDRS;

    if (!packed && memcmp(l->head, "\x7f" "ELF", 4) != 0)
        return false;
    uint8_t *zero = loader_low(LOW_PARAMETERS, PAGE);
    memset(zero, 0, PAGE);
    if (packed)
        start_packed(l, zero);
    else
        start_unpacked(l, zero);
    return true;
}
