/*
 * sim_fuzz.c - what the simulator reads, damaged at random: presets, settings, native programs,
 * symbol tables, boot ROMs, flash.
 *
 *   sim_fuzz SECONDS SEED PRESET ELF ROM IMAGE
 *
 * Each input begins as a good file, is changed in a few places, and then either is refused with one
 * line or is run for a while. Nothing may crash or hang, and every cycle of a run is accounted for.
 * Half of the ROMs and images get right checksums again, so that what is behind those is reached.
 * A failure says seed and round; the same seed finds it again.
 */
#define _GNU_SOURCE /* strnlen, strsep, memfd_create */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hidden-mem/hostport.h"
#include "hidden-mem/crc.h"
#include "hidden-mem/image.h"
#include "hidden-mem/sum.h"
#include "tests/random.h"
#include "vliw-sim/chip.h"
#include "vliw-sim/host/hostport.h"
#include "vliw-sim/loader.h"
#include "vliw-sim/symbols.h"

#define MOST_BYTES (1u << 20)
#define RUN_CYCLES 30000

struct input {
    uint8_t bytes[MOST_BYTES];
    size_t size;
};

static uint64_t state;
static uint64_t round_number;
static const char *target_name;

static uint64_t noise(void)
{
    return random_next(&state) * 0x2545f4914f6cdd1du;
}

static void fail(const char *why, const char *text)
{
    fprintf(stderr, "%s, round %llu: %s: %s\n", target_name, (unsigned long long)round_number, why,
            text);
    exit(1);
}

/* The end of a run is all that the host is asked for. */
int hostport_serve(struct host_port *port, struct chip *chip, uint64_t addr)
{
    const uint32_t *op = chip_mem(chip, addr, sizeof *op, false);

    (void)port;
    return op && (*op == HOST_EXIT || *op == HOST_PANIC);
}

/* ---------------------------------------------------------------- damage */

static void change_bytes(struct input *in)
{
    static const uint64_t odd[] = {0,          1,           0x7f,       0xff,
                                   0x7fffffff, UINT32_MAX,  INT64_MAX,  UINT64_MAX,
                                   0x40000000, 0x3fffffff8, 0x10000000, 0x8000};
    size_t at = in->size ? noise() % in->size : 0, left = in->size - at;
    /* heads of files decide more than what follows */
    if (noise() & 1 && in->size > 512)
        at = noise() % 512, left = in->size - at;
    uint64_t value = noise() & 1 ? odd[noise() % (sizeof odd / sizeof odd[0])] : noise();
    size_t length = (size_t)1 << (noise() & 3);

    memcpy(in->bytes + at, &value, length < left ? length : left);
}

static void damage_once(struct input *in)
{
    size_t from, length;

    switch (noise() % 8) {
    case 0: in->size = in->size ? noise() % in->size : 0; break;
    case 1: /* a piece once more */
        from = in->size ? noise() % in->size : 0;
        length = noise() % 64;
        if (in->size + length > MOST_BYTES || from + length > in->size)
            break;
        memmove(in->bytes + from + length, in->bytes + from, in->size - from);
        in->size += length;
        break;
    case 2: /* a piece less */
        from = in->size ? noise() % in->size : 0;
        length = noise() % 64;
        if (from + length > in->size)
            break;
        memmove(in->bytes + from, in->bytes + from + length, in->size - from - length);
        in->size -= length;
        break;
    case 3:
        if (in->size)
            in->bytes[noise() % in->size] ^= (uint8_t)(1u << (noise() & 7));
        break;
    default: change_bytes(in); break;
    }
}

static void mend_rom(struct input *in)
{
    struct rom_header head;

    if (in->size < sizeof head)
        return;
    memcpy(&head, in->bytes, sizeof head);
    head.magic = ROM_MAGIC;
    head.version = IMAGE_VERSION;
    head.isa_id = ISA_ID;
    head.size = (uint32_t)in->size;
    head.crc = 0;
    memcpy(in->bytes, &head, sizeof head);
    head.crc = crc32_add(0, in->bytes, in->size);
    memcpy(in->bytes, &head, sizeof head);
}

static void mend_image(struct input *in)
{
    struct image_header head;

    if (in->size < sizeof head)
        return;
    memcpy(&head, in->bytes, sizeof head);
    head.magic = IMAGE_MAGIC;
    head.version = IMAGE_VERSION;
    head.isa_id = ISA_ID;
    head.header_sum = (struct image_sum){0};
    head.body_sum = image_sum_of(in->bytes + sizeof head, (in->size - sizeof head) / 8 * 8);
    head.header_sum = image_sum_of(&head, sizeof head);
    memcpy(in->bytes, &head, sizeof head);
}

/* ---------------------------------------------------------------- targets */

static void one_line(bool good, const char *error)
{
    if (good)
        return;
    size_t length = strnlen(error, 1024);
    if (length == 0 || length == 1024)
        fail("refused without a reason", "");
    if (strchr(error, '\n'))
        fail("refused with more than a line", error);
}

/* Runs what has been loaded. */
static void run(struct chip *chip)
{
    chip->machine.trap_loop = 100;
    chip->host = (struct host_port *)chip; /* only to be asked */
    chip->max_cycles = RUN_CYCLES;
    engine_run(chip);
    counters_check(chip);
}

static struct chip *small_chip(void)
{
    struct machine m;

    machine_defaults(&m);
    m.guest_mib = 1;
    m.hidden_mib = 2;
    m.rom_ns = 1;
    return chip_new(&m);
}

static void try_preset(const char *path)
{
    struct machine m;
    struct config_error err = {""};

    machine_defaults(&m);
    bool good = machine_load(&m, path, &err) && machine_check(&m, &err);
    one_line(good, err.text);
    if (!good)
        return;
    m.guest_mib = m.hidden_mib = 1;
    chip_free(chip_new(&m));
}

/* Not a file: the same bytes as -o settings, line by line. */
static void try_setting(struct input *in)
{
    struct machine m;
    char *rest = (char *)in->bytes;

    in->bytes[in->size < MOST_BYTES ? in->size : MOST_BYTES - 1] = 0;
    machine_defaults(&m);
    for (char *line; (line = strsep(&rest, "\n"));) {
        struct config_error err = {""};
        bool good = machine_set(&m, line, &err);
        one_line(good, err.text);
    }
    struct config_error err = {""};
    one_line(machine_check(&m, &err), err.text);
}

static void try_native(const char *path)
{
    struct chip *chip = small_chip();
    char error[1024] = "";
    bool good = loader_native(chip, path, error, sizeof error);

    one_line(good, error);
    if (good)
        run(chip);
    chip_free(chip);
}

static void try_symbols(const char *path)
{
    char error[1024] = "", text[SYMBOL_TEXT];
    struct symbols *s = symbols_load(path, error, sizeof error);

    one_line(s, error);
    for (unsigned i = 0; s && i < 100; i++)
        symbols_text(s, noise() & 1 ? noise() : 0x40000000 + noise() % 4096, text);
    symbols_free(s);
}

static void try_rom(const char *path, const char *flash)
{
    struct chip *chip = small_chip();
    char error[1024] = "";
    bool good = loader_rom(chip, path, error, sizeof error);

    one_line(good, error);
    if (good) {
        good = loader_flash(chip, flash, error, sizeof error);
        one_line(good, error);
    }
    if (good)
        run(chip);
    chip_free(chip);
}

/* ---------------------------------------------------------------- rounds */

static void load(struct input *in, const char *path)
{
    FILE *f = fopen(path, "rb");

    if (!f)
        fail(path, strerror(errno));
    in->size = fread(in->bytes, 1, MOST_BYTES - 1, f);
    fclose(f);
}

/* The bytes as a file that has a path. */
static int file_of(const struct input *in, char path[64])
{
    int fd = memfd_create("fuzz", 0);

    if (fd < 0 || write(fd, in->bytes, in->size) != (ssize_t)in->size)
        fail("memfd", strerror(errno));
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

enum { PRESET, SETTING, NATIVE, SYMBOLS, ROM, FLASH, TARGETS };

static const char *const names[TARGETS] = {"preset",  "setting", "native",
                                           "symbols", "rom",     "flash"};

static void one_round(unsigned target, const struct input *good, char **argv)
{
    static struct input in;
    char path[64];
    bool mended = noise() & 1;

    memcpy(in.bytes, good->bytes, good->size);
    in.size = good->size;
    for (unsigned n = (unsigned)(noise() % 6); n; n--)
        damage_once(&in);
    if (target == ROM && mended)
        mend_rom(&in);
    if (target == FLASH && mended)
        mend_image(&in);
    int fd = file_of(&in, path);
    switch (target) {
    case PRESET: try_preset(path); break;
    case SETTING: try_setting(&in); break;
    case NATIVE: try_native(path); break;
    case SYMBOLS: try_symbols(path); break;
    case ROM: try_rom(path, argv[6]); break;
    case FLASH: try_rom(argv[5], path); break;
    }
    close(fd);
}

int main(int argc, char **argv)
{
    static struct input good[TARGETS];
    uint64_t rounds = 0;

    if (argc != 7) {
        fprintf(stderr, "usage: sim_fuzz SECONDS SEED PRESET ELF ROM IMAGE\n");
        return 2;
    }
    const char *files[TARGETS] = {argv[3], argv[3], argv[4], argv[4], argv[5], argv[6]};
    time_t end = time(NULL) + atoi(argv[1]);
    uint64_t seed = strtoull(argv[2], NULL, 0);
    for (unsigned t = 0; t < TARGETS; t++)
        load(&good[t], files[t]);
    while (time(NULL) < end) {
        for (unsigned t = 0; t < TARGETS; t++) {
            target_name = names[t];
            round_number = rounds;
            state =
                (seed + 1) * 0x9e3779b97f4a7c15u ^ (rounds * TARGETS + t + 1) * 0xd1342543de82ef95u;
            one_round(t, &good[t], argv);
        }
        rounds++;
    }
    printf("seed %llu: %llu rounds of %d targets\n", (unsigned long long)seed,
           (unsigned long long)rounds, TARGETS);
    return 0;
}
