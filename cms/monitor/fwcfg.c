/*
 * fwcfg.c - QEMU's firmware configuration device, as far as SeaBIOS asks it something.
 *
 * An item is chosen by number and read as a stream, through a data port or by DMA. Files are items
 * with a name, listed in the directory item. What is not here reads as zero, which is a good answer
 * to all of SeaBIOS's other questions: no NUMA, no further ACPI or SMBIOS tables, no boot menu to
 * wait for.
 */
#include "hidden-mem/hostport.h"
#include "monitor/big.h"
#include "monitor/monitor.h"
#include "runtime/options.h"

#define PORT_SELECT 0x510
#define PORT_DATA 0x511
#define PORT_DMA_HIGH 0x514
#define PORT_DMA_LOW 0x518

enum item {
    ITEM_SIGNATURE = 0x00,
    ITEM_ID = 0x01,
    ITEM_RAM_SIZE = 0x03,
    ITEM_CPUS = 0x05,
    ITEM_MAX_CPUS = 0x0f,
    ITEM_DIRECTORY = 0x19,
    ITEM_FILES = 0x20,
};

enum { ID_PORT = 1, ID_DMA = 2 };
enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8, DMA_WRITE = 16 };

#define FILES 4
#define FILE_ENTRY 64
#define NO_BLOB UINT32_MAX

struct file {
    const char *name;
    uint32_t size;
    uint32_t blob; /* host's handle, or NO_BLOB: `value` */
    uint64_t value;
};

struct fwcfg {
    uint16_t item;
    uint32_t offset;
    uint32_t dma_high;
    struct file file[FILES];
    unsigned files;
    uint8_t directory[4 + FILES * FILE_ENTRY];
};

static void add_file(struct fwcfg *f, const struct file *file)
{
    uint8_t *entry = f->directory + 4 + f->files * FILE_ENTRY;

    put_big(entry, 4, file->size);
    put_big(entry + 4, 2, ITEM_FILES + f->files);
    memcpy(entry + 8, file->name, strlen(file->name) + 1);
    f->file[f->files++] = *file;
    put_big(f->directory, 4, f->files);
}

static void add_blob(struct fwcfg *f, const char *name, const char *blob)
{
    struct host_request rq = {
        .op = HOST_BLOB_OPEN,
        .buffer = (uintptr_t)blob,
        .length = strlen(blob),
    };

    if (proxy_call(&rq) == HOST_OK)
        add_file(f, &(struct file){name, (uint32_t)rq.arg[1], (uint32_t)rq.result, 0});
}

/* `n` bytes at `offset` of something that lies in memory; zero beyond its end. */
static void copy_item(uint8_t *to, uint32_t n, uint32_t offset, const void *item, uint32_t size)
{
    uint32_t there = offset >= size ? 0 : size - offset < n ? size - offset : n;

    memcpy(to, (const uint8_t *)item + (there ? offset : 0), there);
    memset(to + there, 0, n - there);
}

static void read_file(const struct file *file, uint8_t *to, uint32_t n, uint32_t offset)
{
    if (file->blob == NO_BLOB) {
        copy_item(to, n, offset, &file->value, file->size);
        return;
    }
    memset(to, 0, n);
    while (n > 0 && offset < file->size) {
        uint32_t piece = n < HOST_MAX_LENGTH ? n : HOST_MAX_LENGTH;
        struct host_request rq = {
            .op = HOST_BLOB_READ,
            .arg = {file->blob, offset},
            .buffer = (uintptr_t)to,
            .length = piece,
        };

        if (proxy_call(&rq) != HOST_OK)
            return;
        to += piece;
        offset += piece;
        n -= piece;
    }
}

/* The next `n` bytes of the chosen item. */
static void read_item(struct fwcfg *f, uint8_t *to, uint32_t n)
{
    uint64_t number = 1;
    uint32_t id = ID_PORT | ID_DMA;

    if (f->item >= ITEM_FILES && f->item < ITEM_FILES + f->files) {
        read_file(&f->file[f->item - ITEM_FILES], to, n, f->offset);
    } else {
        switch (f->item) {
        case ITEM_SIGNATURE: copy_item(to, n, f->offset, "QEMU", 4); break;
        case ITEM_ID: copy_item(to, n, f->offset, &id, sizeof(id)); break;
        case ITEM_RAM_SIZE:
            number = cms.guest_size;
            copy_item(to, n, f->offset, &number, 8);
            break;
        case ITEM_CPUS:
        case ITEM_MAX_CPUS: copy_item(to, n, f->offset, &number, 2); break;
        case ITEM_DIRECTORY: copy_item(to, n, f->offset, f->directory, sizeof(f->directory)); break;
        default: memset(to, 0, n);
        }
    }
    f->offset += n;
}

static void select_item(struct fwcfg *f, uint16_t item)
{
    f->item = item;
    f->offset = 0;
}

/* A transfer as the block at `gpa` describes it: control, length (4 bytes each), address (8). */
static void fwcfg_dma(struct fwcfg *f, uint64_t gpa)
{
    uint8_t *block = dma_memory(gpa, 16);

    if (!block)
        return;
    uint32_t control = (uint32_t)get_big(block, 4);
    uint32_t length = (uint32_t)get_big(block + 4, 4);
    uint64_t address = get_big(block + 8, 8);
    uint32_t result = 0;

    if (control & DMA_SELECT)
        select_item(f, (uint16_t)(control >> 16));
    if (control & DMA_READ) {
        uint8_t *to = dma_memory(address, length);
        if (to) {
            read_item(f, to, length);
            dma_written(address, length);
        } else {
            result = DMA_ERROR;
        }
    } else if (control & DMA_WRITE) {
        result = DMA_ERROR; /* nothing here is to be written */
    } else if (control & DMA_SKIP) {
        f->offset += length;
    }
    put_big(block, 4, result);
    dma_written(gpa, 4);
}

static uint32_t byte_swap(uint32_t v)
{
    return v << 24 | (v << 8 & 0xff0000) | (v >> 8 & 0xff00) | v >> 24;
}

static uint32_t fwcfg_in(void *state, uint16_t port, unsigned size)
{
    static const uint8_t signature[] =
        "QEMU CFG"; /* of the DMA interface, at its address register */
    struct fwcfg *f = state;
    uint8_t bytes[4] = {0};
    uint32_t value;

    if (port >= PORT_DMA_HIGH)
        copy_item(bytes, size, port - PORT_DMA_HIGH, signature, 8);
    else if (port == PORT_DATA)
        read_item(f, bytes, 1);
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static void fwcfg_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct fwcfg *f = state;

    if (port == PORT_SELECT && size == 2) {
        select_item(f, (uint16_t)value);
    } else if (port == PORT_DMA_HIGH && size == 4) {
        f->dma_high = byte_swap(value);
    } else if (port == PORT_DMA_LOW && size == 4) {
        fwcfg_dma(f, (uint64_t)f->dma_high << 32 | byte_swap(value));
        f->dma_high = 0;
    }
}

static void fwcfg_init(void *state)
{
    struct fwcfg *f = state;

    if (cms.opt->serial_console)
        add_file(f, &(struct file){"etc/sercon-port", 8, NO_BLOB, 0x3f8});
    add_blob(f, cms.opt->vga ? "pci1234,1111.rom" : "vgaroms/vgabios.bin", "vgabios");
}

static void fwcfg_reset(void *state)
{
    struct fwcfg *f = state;

    select_item(f, 0);
    f->dma_high = 0;
}

const struct device fwcfg_device = {
    .name = "fwcfg",
    .state_size = sizeof(struct fwcfg),
    .ports = (const struct port_range[]){{PORT_SELECT, PORT_SELECT, 2},
                                         {PORT_DATA, PORT_DATA, 1},
                                         {PORT_DMA_HIGH, PORT_DMA_LOW + 3, 4},
                                         {0}},
    .init = fwcfg_init,
    .reset = fwcfg_reset,
    .in = fwcfg_in,
    .out = fwcfg_out,
};
