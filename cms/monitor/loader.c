/*
 * loader.c - a kernel or a program of the command line, started as a boot loader would start it.
 *
 * The file says itself what it is: a bzImage, a program with a multiboot header, an ELF file, and
 * for --guest at last anything, which is put at 1 MiB. The BIOS doesn't run: interrupt controllers
 * are as after power-on, PCI has no addresses but those of power management and of the IDE bus
 * masters, which are where a BIOS puts them, so that a program can switch the PC off and use DMA;
 * the memory that a BIOS would shadow itself in is open and empty. All sizes and addresses in the
 * files are doubted: what doesn't fit in memory is refused.
 */
#include "monitor/loader.h"

#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"

#define CODE_SELECTOR 0x10
#define DATA_SELECTOR 0x18
#define PM_PORTS 0x600
#define IDE_PORTS 0xc000

enum {
    ELF_CLASS = 4,
    ELF_MACHINE = 18,
    ELF_ENTRY = 24,
    ELF_PHOFF = 28,
    ELF_PHENTSIZE = 42,
    ELF_PHNUM = 44,
    PH_TYPE = 0,
    PH_OFFSET = 4,
    PH_VADDR = 8,
    PH_PADDR = 12,
    PH_FILESZ = 16,
    PH_MEMSZ = 20,
    PH_SIZE = 32,
    PT_LOAD = 1,
    EM_386 = 3,
};

void loader_refuse(const struct loader *l, const char *why)
{
    char text[160];

    cms_snprintf(text, sizeof(text), "the %s %s", l->plain ? "program" : "kernel", why);
    monitor_exit(HOST_EXIT_INPUT, 0, text);
}

static void image_open(struct image *i, const char *name)
{
    struct host_request rq = {
        .op = HOST_BLOB_OPEN,
        .buffer = (uintptr_t)name,
        .length = strlen(name),
    };

    i->name = name;
    i->there = proxy_call(&rq) == HOST_OK;
    i->blob = (uint32_t)rq.result;
    i->size = rq.arg[1] > UINT32_MAX ? UINT32_MAX : (uint32_t)rq.arg[1];
}

static bool image_read(const struct image *i, uint32_t offset, void *to, uint32_t length)
{
    while (length > 0) {
        struct host_request rq = {
            .op = HOST_BLOB_READ,
            .arg = {i->blob, offset},
            .buffer = (uintptr_t)to,
            .length = length < HOST_MAX_LENGTH ? length : HOST_MAX_LENGTH,
        };

        if (proxy_call(&rq) != HOST_OK || rq.result != rq.length)
            return false;
        to = (uint8_t *)to + rq.length;
        offset += (uint32_t)rq.length;
        length -= (uint32_t)rq.length;
    }
    return true;
}

void *loader_low(uint32_t gpa, uint32_t length)
{
    void *to = dma_memory(gpa, length);

    if (!to)
        cms_panic("no memory at %x", gpa);
    return to;
}

/* Memory that a file may be loaded to: below the video memory, or above 1 MiB. */
static void *loader_memory(struct loader *l, uint32_t gpa, uint32_t length)
{
    void *to = dma_memory(gpa, length);

    if (!to || gpa < LOW_GDT || (gpa < HIGH_FIRST && (uint64_t)gpa + length > LOW_END))
        loader_refuse(l, "does not fit in the guest's memory");
    if (gpa + length > l->top)
        l->top = gpa + length;
    return to;
}

void loader_read(struct loader *l, const struct image *i, uint32_t offset, uint32_t to,
                 uint32_t length)
{
    if (length == 0)
        return;
    if (offset > i->size || length > i->size - offset)
        loader_refuse(l, "is shorter than it says itself");
    if (!image_read(i, offset, loader_memory(l, to, length), length))
        loader_refuse(l, "can't be read");
}

void loader_clear(struct loader *l, uint32_t to, uint32_t length)
{
    if (length)
        memset(loader_memory(l, to, length), 0, length);
}

uint32_t loader_elf(struct loader *l)
{
    uint32_t entry = loader_get(l->head + ELF_ENTRY, 4), start = entry;
    uint32_t at = loader_get(l->head + ELF_PHOFF, 4);
    unsigned count = loader_get(l->head + ELF_PHNUM, 2);

    if (l->head[ELF_CLASS] != 1 || loader_get(l->head + ELF_MACHINE, 2) != EM_386)
        loader_refuse(l, "is an ELF file, but not of a 32-bit x86");
    if (loader_get(l->head + ELF_PHENTSIZE, 2) != PH_SIZE || at > HEAD_SIZE ||
        count > (HEAD_SIZE - at) / PH_SIZE)
        loader_refuse(l, "is an ELF file with program headers where they are not expected");
    for (unsigned n = 0; n < count; n++) {
        const uint8_t *ph = l->head + at + n * PH_SIZE;
        uint32_t vaddr = loader_get(ph + PH_VADDR, 4), paddr = loader_get(ph + PH_PADDR, 4);
        uint32_t filesz = loader_get(ph + PH_FILESZ, 4), memsz = loader_get(ph + PH_MEMSZ, 4);

        if (loader_get(ph + PH_TYPE, 4) != PT_LOAD)
            continue;
        if (memsz < filesz)
            loader_refuse(l, "is an ELF file with a part that is longer than its memory");
        loader_read(l, &l->kernel, loader_get(ph + PH_OFFSET, 4), paddr, filesz);
        loader_clear(l, paddr + filesz, memsz - filesz);
        if (entry - vaddr < memsz)
            start = entry - vaddr + paddr;
    }
    return start;
}

uint32_t loader_command_line(struct loader *l)
{
    uint32_t size = l->command_line.there ? l->command_line.size : 0;
    char *to = loader_low(LOW_COMMAND_LINE, LOW_COMMAND_LINE_SIZE);

    if (size >= LOW_COMMAND_LINE_SIZE)
        loader_refuse(l, "can't be given so long a command line");
    if (size && !image_read(&l->command_line, 0, to, size))
        loader_refuse(l, "can't be given its command line");
    to[size] = 0;
    return LOW_COMMAND_LINE;
}

void loader_start(uint32_t entry, uint32_t eax, uint32_t ebx, uint32_t esi)
{
    static const uint64_t descriptors[] = {0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff};
    struct flat_start start = {
        .code_selector = CODE_SELECTOR,
        .data_selector = DATA_SELECTOR,
        .gdt = LOW_GDT,
        .gdt_limit = sizeof(descriptors) - 1,
        .entry = entry,
        .esp = LOW_STACK,
        .eax = eax,
        .ebx = ebx,
        .esi = esi,
    };

    memcpy(loader_low(LOW_GDT, sizeof(descriptors)), descriptors, sizeof(descriptors));
    smc_written(0, cms.guest_size);
    pci_open_shadow();
    pm_place(PM_PORTS);
    ide_place(IDE_PORTS);
    gear1_start_flat(&start);
}

static bool is_elf(const struct loader *l)
{
    return memcmp(l->head, "\x7f" "ELF", 4) == 0;
}

static void loader_run(struct loader *l)
{
    uint32_t head = l->kernel.size < HEAD_SIZE ? l->kernel.size : HEAD_SIZE;

    image_open(&l->initrd, "initrd");
    image_open(&l->command_line, "cmdline");
    if (!image_read(&l->kernel, 0, l->head, head))
        loader_refuse(l, "can't be read");
    if (multiboot_start(l))
        return;
    if (l->plain && is_elf(l)) {
        loader_start(loader_elf(l), 0, 0, 0);
    } else if (l->plain) {
        loader_read(l, &l->kernel, 0, HIGH_FIRST, l->kernel.size);
        loader_start(HIGH_FIRST, 0, 0, 0);
    } else if (!linux_start(l)) {
        loader_refuse(l, "is no bzImage, vmlinux or multiboot program");
    }
}

void monitor_boot(void)
{
    struct loader *l = cms.mon->loader;

    if (!l)
        l = cms.mon->loader = cms_alloc(sizeof(*l));
    image_open(&l->kernel, "guest");
    l->plain = l->kernel.there;
    if (!l->plain)
        image_open(&l->kernel, "kernel");
    l->top = 0;
    if (l->kernel.there)
        loader_run(l);
    else
        gear1_reset();
}
