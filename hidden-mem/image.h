/*
 * image.h - what lies in flash: the header of a firmware image, and of the boot ROM file.
 *
 * An image is a header, its segments' table, and their bytes, followed by zeros up to a multiple of
 * 8. All numbers are little-endian; the image's size and every number of a segment but `packed` are
 * multiples of 8; segments stand in ascending order and don't overlap. The boot ROM believes
 * nothing: magic, version, ISA_ID, sizes and the header's checksum are verified before a byte is
 * copied, and the bytes' before one is executed.
 *
 * One segment, of code alone, may be loaded on demand: it stays in flash, and each piece of it is
 * copied when a bundle of that piece is fetched for the first time. Every piece has a checksum of
 * its own, in a table that `sums` says the offset of. Such a segment is not packed, begins at a
 * multiple of IMAGE_LINE, in memory and in the image, and is so many whole pieces.
 *
 * Flash has two slots of FLASH_SLOT bytes. The first holds the firmware; the second may hold a
 * recovery image, which is started when the first is no good. An image lies wholly in its slot.
 */
#ifndef SELKIRK_IMAGE_H
#define SELKIRK_IMAGE_H

#include <stdint.h>

#define IMAGE_MAGIC 0x4b4c4553u /* "SELK" */
#define IMAGE_VERSION 5u
#define IMAGE_SEGMENTS 8u
#define IMAGE_LINE 64u
#define IMAGE_PIECE 512u
#define IMAGE_PIECES_MAX 3840u /* the ROM has a byte for each in local data memory */

struct image_sum {
    uint64_t words, sums; /* sum.h */
};

struct image_segment {
    uint64_t addr;   /* native address, inside the hidden window */
    uint64_t offset; /* of its bytes, from the start of the image */
    uint64_t packed; /* how many the image has: filesz as they are, or less: an LZ4 block */
    uint64_t filesz; /* how many they become in memory */
    uint64_t memsz;  /* bytes to own; the rest is zeroed */
    uint64_t sums;   /* offset of its pieces' struct image_sum; 0: it is loaded at the start */
};

struct image_header {
    uint32_t magic;
    uint32_t version;
    uint64_t isa_id;       /* must equal SR_ISA_ID */
    uint64_t entry;        /* native address of the first bundle */
    uint64_t hidden_size;  /* bytes of DRAM to carve off: 1 MiB steps */
    uint32_t size;         /* of the whole image in bytes, header included */
    uint32_t segments;     /* used entries of the table, 1..IMAGE_SEGMENTS */
    struct image_sum body_sum;   /* of the bytes of all segments that are loaded at the start */
    struct image_sum header_sum; /* of the header with this field zero */
    struct image_segment segment[IMAGE_SEGMENTS];
};

/* The boot ROM file: this header, then code, entered at ROM_BASE + sizeof(struct rom_header). */
#define ROM_MAGIC 0x4d4f5253u /* "SROM" */

struct rom_header {
    uint32_t magic;
    uint32_t version; /* IMAGE_VERSION */
    uint64_t isa_id;
    uint32_t size; /* of the file, header included */
    uint32_t crc;  /* CRC-32 of the file with this field zero */
    uint64_t reserved;
};

#endif
