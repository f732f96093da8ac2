/*
 * offsets.h - image.h and hostport.h as an assembler sees them.
 *
 * The boot ROM is assembly and can't read C structures. The numbers that it needs stand here, and
 * the C compiler proves them (mkimage.c includes this file).
 */
#ifndef SELKIRK_OFFSETS_H
#define SELKIRK_OFFSETS_H

#define MAGIC_WORD 0x4b4c4553
#define FORMAT_VERSION 5
#define SEGMENTS_MAX 8

#define OFF_MAGIC 0
#define OFF_VERSION 4
#define OFF_ISA_ID 8
#define OFF_ENTRY 16
#define OFF_HIDDEN_SIZE 24
#define OFF_SIZE 32
#define OFF_SEGMENTS 36
#define OFF_BODY_SUM 40
#define OFF_HEADER_SUM 56
#define OFF_SEGMENT 72
#define HEADER_SIZE 456

#define SEG_ADDR 0
#define SEG_OFFSET 8
#define SEG_PACKED 16
#define SEG_FILESZ 24
#define SEG_MEMSZ 32
#define SEG_SUMS 40
#define SEG_SIZE 48

#define LINE 64 /* bytes that dcz makes zero */
#define PIECE_SHIFT 9
#define PIECE_SIZE (1 << PIECE_SHIFT)
#define PIECES_MAX 3840
#define SUM_SHIFT 4 /* log2 of a checksum's size */

#define SUM_WORDS 0
#define SUM_SUMS 8
#define SUM_START 1

#define RQ_OP 0
#define RQ_STATUS 4
#define RQ_ARG0 8
#define RQ_ARG1 16
#define RQ_BUFFER 40
#define RQ_LENGTH 48

#define RQ_LOG 4
#define RQ_LOG_WARNING 1
#define RQ_EXIT 15
#define RQ_EXIT_ROM 4

#define BOOT_PHASE 0
#define CAUSE_UNKNOWN_ATOM 1
#define CAUSES 21

#ifndef __ASSEMBLER__
#include <assert.h>
#include <stddef.h>

#include "hidden-mem/hostport.h"
#include "hidden-mem/image.h"
#include "isa.h"

#define OFFSET_IS(type, member, value)                                                             \
    static_assert(offsetof(struct type, member) == (value), #type "." #member " moved")

OFFSET_IS(image_header, magic, OFF_MAGIC);
OFFSET_IS(image_header, version, OFF_VERSION);
OFFSET_IS(image_header, isa_id, OFF_ISA_ID);
OFFSET_IS(image_header, entry, OFF_ENTRY);
OFFSET_IS(image_header, hidden_size, OFF_HIDDEN_SIZE);
OFFSET_IS(image_header, size, OFF_SIZE);
OFFSET_IS(image_header, segments, OFF_SEGMENTS);
OFFSET_IS(image_header, body_sum, OFF_BODY_SUM);
OFFSET_IS(image_header, header_sum, OFF_HEADER_SUM);
OFFSET_IS(image_sum, words, SUM_WORDS);
OFFSET_IS(image_sum, sums, SUM_SUMS);
OFFSET_IS(image_header, segment, OFF_SEGMENT);
OFFSET_IS(image_segment, addr, SEG_ADDR);
OFFSET_IS(image_segment, offset, SEG_OFFSET);
OFFSET_IS(image_segment, packed, SEG_PACKED);
OFFSET_IS(image_segment, filesz, SEG_FILESZ);
OFFSET_IS(image_segment, memsz, SEG_MEMSZ);
OFFSET_IS(host_request, op, RQ_OP);
OFFSET_IS(host_request, status, RQ_STATUS);
OFFSET_IS(host_request, arg[0], RQ_ARG0);
OFFSET_IS(host_request, arg[1], RQ_ARG1);
OFFSET_IS(host_request, buffer, RQ_BUFFER);
OFFSET_IS(host_request, length, RQ_LENGTH);
static_assert(IMAGE_MAGIC == MAGIC_WORD && IMAGE_VERSION == FORMAT_VERSION, "another image format");
static_assert(IMAGE_SEGMENTS == SEGMENTS_MAX, "another number of segments");
static_assert(sizeof(struct image_header) == HEADER_SIZE, "struct image_header grew");
static_assert(sizeof(struct image_segment) == SEG_SIZE, "struct image_segment grew");
static_assert(sizeof(struct image_sum) == 1 << SUM_SHIFT, "struct image_sum grew");
static_assert(IMAGE_LINE == LINE && IMAGE_PIECE == PIECE_SIZE && IMAGE_PIECES_MAX == PIECES_MAX,
              "pieces of another size");
static_assert((int)PHASE_boot == BOOT_PHASE && (int)CAUSE_illegal_atom == CAUSE_UNKNOWN_ATOM &&
                  (int)CAUSE_COUNT == CAUSES,
              "phases or causes renumbered");
static_assert((int)HOST_LOG == RQ_LOG, "operations renumbered");
static_assert((int)HOST_EXIT == RQ_EXIT && (int)HOST_EXIT_ROM == RQ_EXIT_ROM, "ends renumbered");
#endif

#endif
