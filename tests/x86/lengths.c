/*
 * lengths.c - x86-lengths SCRATCH-FILE [COUNT]
 *
 * Random instructions of every encoding, with any mix of prefixes, for 32-bit and 16-bit code, are
 * written to the scratch file, each alone in 16 bytes filled up with NOPs; objdump disassembles it,
 * and has to begin and end each instruction where the decoder does. Also: the decoder asks for more
 * bytes at every shorter length, and a sixteenth byte is too many.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "tests/random.h"

#define SLOT 16u

static const uint8_t prefix[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};

static uint64_t state = 88172645463325252u;

static uint32_t below(uint32_t n)
{
    return (uint32_t)(random_next(&state) >> 16) % n;
}

/* One instruction of the form into `to`; returns its length, 0 if the random bytes make none. */
static unsigned make(const struct form *form, bool code32, uint8_t to[SLOT], struct insn *i)
{
    unsigned n = 0;

    for (unsigned p = below(4); p > 0; p--)
        if (below(2))
            to[n++] = prefix[below(sizeof(prefix))];
    if (form->map >= MAP_66)
        to[n++] = (uint8_t[]){0x66, 0xf3, 0xf2}[form->map - MAP_66];
    if (form->map == MAP_0F || form->map >= MAP_66)
        to[n++] = 0x0f;
    if (form->map == MAP_ESCAPE)
        to[n++] = 0xd8 | form->ext;
    to[n++] = (uint8_t)(form->first + below(form->last - form->first + 1u));
    for (unsigned first = n; n < SLOT; n++) {
        to[n] = (uint8_t)below(256);
        if (n == first && form->has_ext && form->map != MAP_ESCAPE)
            to[n] = (uint8_t)((to[n] & 0xc7) | form->ext << 3);
        if (n == first && form->map == MAP_ESCAPE_MEMORY && to[n] >= 0xc0)
            to[n] &= 0x7f;
    }

    int length = x86_decode(to, X86_MAX_LENGTH, code32, i);

    return length > 0 ? (unsigned)length : 0;
}

/* Every beginning of the instruction must be called too short, and prefixes up to 16 bytes too
 * long. */
static bool check_borders(const uint8_t *bytes, unsigned length, bool code32)
{
    uint8_t padded[2 * SLOT];
    unsigned pad = X86_MAX_LENGTH + 1 - length;
    struct insn i;

    for (unsigned n = 0; n < length; n++)
        if (x86_decode(bytes, n, code32, &i) != 0)
            return false;
    memset(padded, 0x3e, pad);
    memcpy(padded + pad, bytes, length);
    return x86_decode(padded, sizeof(padded), code32, &i) == X86_ELONG;
}

/* Address of the next line of disassembly; false at the end. */
static bool next_address(FILE *in, uint32_t *address)
{
    char line[512];

    while (fgets(line, sizeof(line), in)) {
        char *end;
        unsigned long value = strtoul(line, &end, 16);

        if (end != line && *end == ':' && end[1] == '\t') {
            *address = (uint32_t)value;
            return true;
        }
    }
    return false;
}

static unsigned compare(const char *file, bool code32, const uint8_t *image, const uint8_t *length,
                        unsigned count)
{
    char command[512];
    unsigned wrong = 0, slot = 0;
    uint32_t address;
    bool begun = false;
    FILE *in;

    snprintf(command, sizeof(command), "objdump -D -z -w -b binary -m %s '%s'",
             code32 ? "i386" : "i8086", file);
    in = popen(command, "r");
    if (!in)
        return count;
    while (next_address(in, &address) && slot < count) {
        if (begun) {
            bool same = address == slot * SLOT + length[slot];

            if (!same && wrong++ < 5) {
                printf("%s: objdump has %u bytes, the decoder %u:", code32 ? "32" : "16",
                       address - slot * SLOT, length[slot]);
                for (unsigned n = 0; n < SLOT; n++)
                    printf(" %02x", image[slot * SLOT + n]);
                printf("\n");
            }
            begun = false;
            slot++;
        }
        if (slot < count && address == slot * SLOT)
            begun = true;
    }
    pclose(in);
    if (slot < count - 1) {
        printf("objdump lost its way in slot %u\n", slot);
        wrong++;
    }
    return wrong;
}

/* Of those objdump knows only the form with modrm.rm 0. */
static bool is_fence(const struct insn *i)
{
    return i->op == OP_lfence || i->op == OP_mfence || i->op == OP_sfence;
}

static unsigned run(const char *file, bool code32, unsigned count)
{
    uint8_t *image = malloc((size_t)count * SLOT), *length = malloc(count);
    unsigned made = 0, wrong = 0;
    FILE *out = fopen(file, "wb");

    if (!image || !length || !out) {
        perror(file);
        exit(2);
    }
    for (unsigned n = 0; made < count; n++) {
        uint8_t *at = image + made * SLOT;
        struct insn i;
        unsigned size = make(&forms[n % form_count], code32, at, &i);

        /* objdump joins WAIT with what follows, and calls F2 BSF and F2 BSR bad, which processors
         * do not. */
        if (size == 0 || i.op == OP_wait || is_fence(&i) ||
            (i.rep == 0xf2 && (i.op == OP_bsf || i.op == OP_bsr)))
            continue;
        memset(at + size, 0x90, SLOT - size);
        wrong += !check_borders(at, size, code32);
        length[made++] = (uint8_t)size;
    }
    fwrite(image, SLOT, count, out);
    fclose(out);
    wrong += compare(file, code32, image, length, count);
    printf("%s-bit code: %u instructions, %u differ\n", code32 ? "32" : "16", count, wrong);
    free(image);
    free(length);
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;

    if (argc < 2 || count == 0) {
        fprintf(stderr, "usage: x86-lengths scratch-file [count]\n");
        return 2;
    }
    return run(argv[1], true, count) + run(argv[1], false, count) != 0;
}
