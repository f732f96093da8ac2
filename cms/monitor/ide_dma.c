/*
 * ide_dma.c - bus master: moves the sectors of a DMA command by the guest's table of regions.
 *
 * The table and the regions are guest-physical addresses, and so is what is wrong with them: an
 * entry outside of DRAM ends the transfer with the error bit, as a master abort would. The host
 * reads and writes the guest's memory directly; smc_written() hears of what came in.
 */
#include "hidden-mem/map.h"
#include "monitor/ide.h"

enum { CMD_START = 1, CMD_TO_MEMORY = 8 };
enum { ST_ACTIVE = 1, ST_ERROR = 2, ST_CAPABLE = 0x60 };
enum { REG_COMMAND = 0, REG_STATUS = 2, REG_TABLE = 4 };

#define TABLE_MAX 8192 /* entries followed in one transfer: a table has 64 KiB */

struct region {
    uint32_t address;
    uint32_t length; /* bits 15..1, 0 means 64 KiB; bit 31: last */
};

/*
 * A piece of the transfer, to or from the guest's memory: what a CD-ROM drive has in the buffer, or
 * sectors.
 */
static bool move_piece(struct ide_channel *c, uint64_t offset, uint64_t to, uint32_t length)
{
    struct disk *d = ide_selected(c);

    if (d->cd && c->left == 0) {
        memcpy((void *)to, c->buffer + offset, length);
        return true;
    }
    return c->transfer == T_DMA_IN ? disk_read(d, offset, to, length)
                                   : disk_write(d, offset, to, length);
}

/* Moves all that the command asks for. False if the table or the host failed. */
static bool master_move(struct ide_channel *c)
{
    const struct disk *d = ide_selected(c);
    uint32_t sector = d->cd ? CD_SECTOR : SECTOR;
    bool buffered = d->cd && c->left == 0, in = c->transfer == T_DMA_IN;
    uint64_t left = buffered ? c->packet.filled : (uint64_t)c->left * sector;
    uint64_t offset = buffered ? 0 : c->sector * sector;
    uint32_t at = c->master.table;

    for (unsigned n = 0; left > 0 && n < TABLE_MAX; n++, at += sizeof(struct region)) {
        const struct region *r = dma_memory(at, sizeof(*r));
        if (!r)
            return false;
        bool last = r->length >> 31;
        uint32_t length = r->length & 0xfffe;
        if (length == 0)
            length = 0x10000;
        if (length > left)
            length = (uint32_t)left;
        uint32_t address = r->address & ~1u;
        if (!dma_memory(address, length))
            return false;
        if (!move_piece(c, offset, GUEST_BASE + address, length))
            return false;
        if (in)
            dma_written(address, length);
        left -= length;
        offset += length;
        if (last)
            break;
    }
    return left == 0;
}

void master_run(struct ide_channel *c)
{
    struct bus_master *m = &c->master;

    if (!(m->command & CMD_START) || (c->transfer != T_DMA_IN && c->transfer != T_DMA_OUT))
        return;
    bool good = master_move(c);
    m->status &= (uint8_t)~ST_ACTIVE;
    m->status |= good ? 0 : ST_ERROR;
    if (ide_selected(c)->cd)
        cd_moved(c, good);
    else
        ide_finish(c, good ? 0 : E_ABORT);
}

uint32_t master_in(struct ide_channel *c, unsigned reg, unsigned size)
{
    const struct bus_master *m = &c->master;

    (void)size;
    if (reg >= REG_TABLE)
        return m->table >> (8 * (reg - REG_TABLE));
    return reg == REG_COMMAND ? m->command : reg == REG_STATUS ? m->status : 0;
}

void master_out(struct ide_channel *c, unsigned reg, unsigned size, uint32_t value)
{
    struct bus_master *m = &c->master;

    if (reg >= REG_TABLE) {
        unsigned shift = 8 * (reg - REG_TABLE);
        uint32_t mask = UINT32_MAX >> (32 - 8 * size) << shift;
        m->table = ((m->table & ~mask) | (value << shift & mask)) & ~3u;
    } else if (reg == REG_STATUS) { /* error and interrupt are cleared by writing 1 */
        m->status = (uint8_t)((m->status & ~(value & (ST_ERROR | MASTER_INTERRUPT)) & ~ST_CAPABLE) |
                              (value & ST_CAPABLE));
    } else if (reg == REG_COMMAND) {
        bool start = value & ~m->command & CMD_START;
        m->command = value & (CMD_START | CMD_TO_MEMORY);
        if (!(value & CMD_START))
            m->status &= (uint8_t)~ST_ACTIVE;
        if (start) {
            m->status |= ST_ACTIVE;
            master_run(c);
        }
    }
}
