/* options.c - see options.h */
#include "vliw-sim/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hidden-mem/hostport.h"
#include "vliw-sim/exits.h"
#include "vliw-sim/trace.h"

#define DEFAULT_PRESET "selkirk"
#define DEFAULT_FIRMWARE "cms"
#define NARROW_PRESET "crusoe" /* whose firmware any machine can issue that is not narrower */
#define DEFAULT_BIOS "/usr/share/seabios/bios.bin"
#define DISPLAY_BIOS "/usr/share/seabios/vgabios-stdvga.bin"
#define DEFAULT_CLOCK 946684800 /* 2000-01-01: a run does not depend on when it is made */

enum option {
#define OPTION(name, word, argument, text) OPT_##name,
#include "vliw-sim/options.def"
#undef OPTION
    OPT_COUNT
};

static const struct {
    const char *word;
    const char *argument;
    const char *text;
} option_table[OPT_COUNT] = {
#define OPTION(name, word, argument, text) [OPT_##name] = {word, argument, text},
#include "vliw-sim/options.def"
#undef OPTION
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct config_error *err, const char *fmt,
                                                        ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

/* ---------------------------------------------------------------- help */

static void help_print(void)
{
    printf("usage: vliw-sim [option]...\n\nA cycle-counted VLIW chip. It starts its boot ROM, "
           "which starts the firmware in "
           "flash, which is an IA-32 PC;\nor, with --native, a program of the chip itself.\n\n");
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        char left[64];
        if (!option_table[i].text)
            continue;
        snprintf(left, sizeof left, "%s%s %s", option_table[i].word[1] ? "--" : "-",
                 option_table[i].word, option_table[i].argument ? option_table[i].argument : "");
        printf("  %-32s %s\n", left, option_table[i].text);
    }
    printf("\nexit status\n");
#define X(name, number, text) printf("  %2d  %s\n", number, text);
    SIM_EXITS(X)
#undef X
}

/* ---------------------------------------------------------------- single options */

static bool number(const char *word, const char *text, uint64_t most, uint64_t *out,
                   struct config_error *err)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 0);
    if (*text < '0' || *text > '9' || *end || errno || *out > most)
        return wrong(err, "--%s %.64s: not understood, expected a number from 0 to %llu", word,
                     text, (unsigned long long)most);
    return true;
}

/* FROM, FROM-TO */
static bool cycle_range(struct options *o, const char *text, struct config_error *err)
{
    char *end = NULL;

    o->trace_to = UINT64_MAX;
    o->trace_from = strtoull(text, &end, 0);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        o->trace_to = strtoull(end + 1, &end, 0);
    if (*text < '0' || *text > '9' || *end || o->trace_to < o->trace_from)
        return wrong(err, "--trace-cycles %.64s: not understood, expected FROM or FROM-TO", text);
    return true;
}

static bool firmware_option(struct options *o, const char *text, struct config_error *err)
{
    if (strlen(text) >= HOST_OPTION_MAX)
        return wrong(err, "-o %.60s...: too long, expected less than %d characters", text,
                     HOST_OPTION_MAX);
    if (o->host.options == OPTIONS_FIRMWARE)
        return wrong(err, "-o %.200s: too many options for the firmware, expected at most %d", text,
                     OPTIONS_FIRMWARE);
    o->firmware[o->host.options++] = text;
    return true;
}

static bool setting(struct options *o, const char *text, struct config_error *err)
{
    if (strncmp(text, "cms.", 4) == 0) {
        if (!strchr(text, '='))
            return wrong(err, "-o %.200s: not understood, expected cms.key=value", text);
        return firmware_option(o, text, err);
    }
    return machine_set(&o->machine, text, err);
}

static bool blob(struct options *o, const char *name, size_t length, const char *path,
                 struct config_error *err)
{
    for (unsigned i = 0; i < HOST_BLOBS; i++) {
        if (!o->host.blob[i].name || strlen(o->blob_name[i]) != length ||
            memcmp(o->blob_name[i], name, length) != 0) {
            if (o->host.blob[i].name)
                continue;
            if (length == 0 || length >= HOST_NAME_MAX)
                return wrong(err, "--blob %.100s: bad name, expected 1 to %d characters", name,
                             HOST_NAME_MAX - 1);
            memcpy(o->blob_name[i], name, length);
        }
        o->host.blob[i] = (struct host_blob_config){o->blob_name[i], path};
        return true;
    }
    return wrong(err, "--blob %.100s: too many files, expected at most %d", name, HOST_BLOBS);
}

static bool blob_named(struct options *o, const char *name, const char *path,
                       struct config_error *err)
{
    return blob(o, name, strlen(name), path, err);
}

/* The command line of the kernel is a blob too: a file that has no name. */
static bool blob_text(struct options *o, const char *text, struct config_error *err)
{
    size_t length = strlen(text);
    int fd = memfd_create("cmdline", 0);

    if (length == 0)
        return true;
    if (fd < 0 || write(fd, text, length) != (ssize_t)length)
        return wrong(err, "--append: %s", strerror(errno));
    snprintf(o->append, sizeof o->append, "/proc/self/fd/%d", fd);
    return blob_named(o, "cmdline", o->append, err);
}

static bool console(struct options *o, enum host_console n, const char *word, const char *text,
                    struct config_error *err)
{
    bool debug = n == HOST_CONSOLE_DEBUG;
    const char *terminal = debug ? "stderr" : "stdio";

    o->host.console_out[n] = o->host.console_in[n] = NULL;
    if (strcmp(text, "none") == 0)
        return true;
    if (strncmp(text, "file:", 5) == 0 && text[5]) {
        o->host.console_out[n] = text + 5;
        return true;
    }
    if (!debug && strcmp(text, "pty") == 0) {
        o->host.console_out[n] = o->host.console_in[n] = HOST_CONSOLE_PTY;
        return true;
    }
    if (strcmp(text, terminal) != 0)
        return wrong(err, "--%s %.100s: not understood, expected %s, file:FILE%s or none", word,
                     text, terminal, debug ? "" : ", pty");
    o->host.console_out[n] = debug ? "&2" : "-";
    o->host.console_in[n] = debug ? NULL : "-";
    return true;
}

/* The first time it is the first port's, then the second's. */
static bool serial(struct options *o, const char *text, struct config_error *err)
{
    static const enum host_console port[] = {HOST_CONSOLE_SERIAL, HOST_CONSOLE_SERIAL2};
    const char *first = o->host.console_in[HOST_CONSOLE_SERIAL];

    if (o->serials == 2)
        return wrong(err, "--serial %.100s: the third, expected at most two", text);
    if (o->serials == 1 && first && strcmp(first, "-") == 0 && strcmp(text, "stdio") == 0)
        return wrong(err, "--serial stdio: twice, expected it for one port");
    return console(o, port[o->serials++], "serial", text, err);
}

/* Letters as PCs have called their drives; the firmware gets digits. */
static bool boot_order(struct options *o, const char *text, struct config_error *err)
{
    static const char letters[] = "acd";
    size_t n = strlen(text);

    if (n == 0 || n > 3 || strspn(text, letters) != n)
        return wrong(err,
                     "--boot %.64s: not understood, expected up to three letters of "
                     "a floppy, c disk, d CD",
                     text);
    strcpy(o->boot, "cms.pc.boot=");
    for (char *end = strchr(o->boot, 0); *text; text++) {
        *end++ = (char)('1' + (strchr(letters, *text) - letters));
        *end = 0;
    }
    return firmware_option(o, o->boot, err);
}

static bool display(struct options *o, const char *text, struct config_error *err)
{
    if (strcmp(text, "none") == 0)
        return true;
    if (strcmp(text, "std") != 0)
        return wrong(err, "--vga %.64s: not understood, expected std or none", text);
    return firmware_option(o, "cms.pc.vga=1", err) && blob_named(o, "vgabios", DISPLAY_BIOS, err);
}

static bool option_apply(struct options *o, enum option option, const char *arg,
                         struct config_error *err)
{
    const char *word = option_table[option].word;
    char text[64];
    uint64_t n;

    switch (option) {
    case OPT_SET: return setting(o, arg, err);
    case OPT_MEMORY:
        snprintf(text, sizeof text, "memory.guest_mib=%.40s", arg);
        return machine_set(&o->machine, text, err);
    case OPT_ROM: o->rom = arg; return true;
    case OPT_FLASH: o->flash = arg; return true;
    case OPT_BIOS:
    case OPT_KERNEL:
    case OPT_GUEST:
    case OPT_INITRD: return blob_named(o, word, arg, err);
    case OPT_HDA:
    case OPT_HDB:
    case OPT_HDC:
    case OPT_HDD:
        o->host.disk[option - OPT_HDA] = (struct host_disk_config){.path = arg};
        return true;
    case OPT_FDA:
    case OPT_FDB:
        o->host.disk[HOST_UNIT_FLOPPY + (option == OPT_FDB)] =
            (struct host_disk_config){.path = arg, .medium = HOST_MEDIUM_FLOPPY};
        return true;
    case OPT_CDROM:
        o->host.disk[2] = (struct host_disk_config){.path = arg, .medium = HOST_MEDIUM_CD};
        return true;
    case OPT_BOOT: return boot_order(o, arg, err);
    case OPT_READONLY:
        o->readonly = true;
        return true;
    case OPT_SNAPSHOT: o->snapshot = true; return true;
    case OPT_APPEND: return blob_text(o, arg, err);
    case OPT_BLOB:
        if (!strchr(arg, '='))
            return wrong(err, "--blob %.200s: not understood, expected name=file", arg);
        return blob(o, arg, strcspn(arg, "="), strchr(arg, '=') + 1, err);
    case OPT_SERIAL: return serial(o, arg, err);
    case OPT_NOGRAPHIC: o->nographic = true; return true;
    case OPT_SCRIPT: o->host.script = arg; return true;
    case OPT_DEBUGCON: return console(o, HOST_CONSOLE_DEBUG, word, arg, err);
    case OPT_SPEAKER: o->host.sound = arg; return true;
    case OPT_SCREEN: o->host.screen = arg; return true;
    case OPT_SCREENSHOT: o->host.picture = arg; return true;
    case OPT_VGA: return display(o, arg, err);
    case OPT_RTC: return number(word, arg, UINT32_MAX, &o->host.clock, err);
    case OPT_GEAR:
        if (!number(word, arg, 9, &n, err))
            return false;
        snprintf(o->gear, sizeof o->gear, "cms.gear=%.1s", arg);
        return firmware_option(o, o->gear, err);
    case OPT_NATIVE: o->native = arg; return true;
    case OPT_SYMBOLS: o->symbols = arg; return true;
    case OPT_ENGINE:
        o->reference = strcmp(arg, "reference") == 0;
        o->check = strcmp(arg, "check") == 0;
        if (!o->reference && !o->check && strcmp(arg, "fast") != 0)
            return wrong(err, "--engine %.60s: not known, expected fast, reference or check", arg);
        return true;
    case OPT_MAX_CYCLES: return number(word, arg, UINT64_MAX - 1, &o->max_cycles, err);
    case OPT_STATS: o->stats = arg; return true;
    case OPT_DIGEST: o->digest = arg; return true;
    case OPT_PROFILE: o->profile = arg; return true;
    case OPT_CONFIG_OUT: o->config_out = arg; return true;
    case OPT_TRACE:
        if (!trace_parse(arg, &o->trace_on, o->others, sizeof o->others))
            return wrong(err, "-d %.60s...: too long", arg);
        return true;
    case OPT_TRACE_FILE: o->trace_file = arg; return true;
    case OPT_TRACE_CYCLES: return cycle_range(o, arg, err);
    case OPT_LOG:
        if (!number(word, arg, 2, &n, err))
            return false;
        o->host.log_level = (int)n;
        return true;
    case OPT_PRESET: /* read before all others */
    case OPT_VERSION:
    case OPT_HELP:
    case OPT_COUNT: break;
    }
    return true;
}

/* ---------------------------------------------------------------- the whole line */

/* One argument, or two: --name value, --name=value. Moves *i. */
static bool option_next(int argc, char **argv, int *i, enum option *option, const char **arg,
                        struct config_error *err)
{
    const char *word = argv[*i];
    size_t length;

    if (*word != '-' || !word[1])
        return wrong(err, "%.200s: not understood, expected an option; --help lists them", word);
    word += word[1] == '-' ? 2 : 1;
    length = strcspn(word, "=");
    for (unsigned k = 0; k < OPT_COUNT; k++) {
        if (strlen(option_table[k].word) != length ||
            memcmp(option_table[k].word, word, length) != 0)
            continue;
        *option = k;
        *arg = word[length] ? word + length + 1 : NULL;
        if (!option_table[k].argument && *arg)
            return wrong(err, "%.200s: expected no value", argv[*i]);
        if (option_table[k].argument && !*arg) {
            if (*i + 1 >= argc)
                return wrong(err, "%.200s: needs a value, expected %s", argv[*i],
                             option_table[k].argument);
            *arg = argv[++*i];
        }
        return true;
    }
    return wrong(err, "%.200s: unknown option; --help lists them", argv[*i]);
}

/*
 * What the firmware's own build has written down about itself, if it is there: lines, behind
 * `title`, of which the first word is in the group. False: there are none.
 */
static bool firmware_help(const char *file, const char *group, const char *title)
{
    char path[OPTIONS_PATH], line[256];
    FILE *in = machine_install_path(path, sizeof path, "..", file) ? fopen(path, "r") : NULL;
    bool found = false;

    if (!in)
        return false;
    while (fgets(line, sizeof line, in)) {
        if (!machine_key_in(line, group))
            continue;
        printf("%s%s", found ? "" : title, line);
        found = true;
    }
    fclose(in);
    return found;
}

/* Of `help` and `help=GROUP`; NULL: it is a setting. */
static const char *help_group(const char *setting)
{
    if (strcmp(setting, "help") == 0)
        return "";
    return strncmp(setting, "help=", 5) == 0 ? setting + 5 : NULL;
}

static bool settings_help(const char *group, struct config_error *err)
{
    bool machine = machine_help(stdout, group);
    bool firmware = firmware_help("cms.options", group,
                                  machine ? "\nkeys of the firmware, to which cms.KEY=VALUE goes "
                                            "as it is\n"
                                          : "");

    return machine || firmware ||
           wrong(err, "-o help=%.100s: expected the begin of keys that `-o help` lists", group);
}

static void traces_help(void)
{
    trace_help(stdout);
    firmware_help("cms.traces", "", "");
}

static void version_print(void)
{
    printf("vliw-sim of Selkirk, instruction set %d, ISA_ID %016llx, host port %u\n", ISA_VERSION,
           ISA_ID, HOSTPORT_VERSION);
}

/* Answers what asks for text; finds the preset, which has to be read before what overrides it. */
static enum options_result first_look(int argc, char **argv, const char **preset,
                                      struct config_error *err)
{
    bool right = true;

    for (int i = 1; i < argc; i++) {
        enum option option;
        const char *arg, *group;
        if (!option_next(argc, argv, &i, &option, &arg, err))
            return OPTIONS_WRONG;
        if (option == OPT_PRESET)
            *preset = arg;
        if (option == OPT_HELP)
            help_print();
        else if (option == OPT_VERSION)
            version_print();
        else if (option == OPT_SET && (group = help_group(arg)))
            right = settings_help(group, err);
        else if (option == OPT_TRACE && strcmp(arg, "help") == 0)
            traces_help();
        else
            continue;
        return right ? OPTIONS_DONE : OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}

/*
 * Path of the image of a firmware that was made for the machine; for the narrowest preset, if none
 * was.
 */
static bool firmware_path(const struct options *o, char *path, const char *firmware)
{
    const char *made_for[] = {o->machine.name, NARROW_PRESET};
    char file[128];

    if (snprintf(file, sizeof file, "%s.img", firmware) >= (int)sizeof file)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        char dir[80];
        snprintf(dir, sizeof dir, "../%s", made_for[i]);
        if (strchr(made_for[i], '/'))
            continue;
        if (!machine_install_path(path, OPTIONS_PATH, dir, file))
            return false;
        if (access(path, R_OK) == 0)
            return true;
    }
    return true;
}

/* The symbols of x.img are those of x.elf beside it, if there is one. */
static bool symbols_path(char *path, const char *image)
{
    size_t stem = strlen(image);

    if (stem < 4 || stem >= OPTIONS_PATH || strcmp(image + stem - 4, ".img") != 0)
        return false;
    memcpy(path, image, stem + 1);
    memcpy(path + stem - 4, ".elf", 4);
    return access(path, R_OK) == 0;
}

/* What was not said. */
static bool defaults_fill(struct options *o, struct config_error *err)
{
    bool fits = true, has_bios = false;

    if (o->nographic && o->serials == 0 && !serial(o, "stdio", err))
        return false;
    if (!o->nographic && o->serials == 0 && !o->native) {
        o->host.display = true;
        o->host.live = isatty(STDOUT_FILENO);
        if (o->host.live)
            o->host.console_out[HOST_CONSOLE_SERIAL] = NULL;
    }
    for (unsigned i = 0; i < HOST_UNITS; i++) {
        o->host.disk[i].readonly = o->readonly;
        o->host.disk[i].overlay = o->snapshot;
    }
    if (!o->rom) {
        fits &= machine_install_path(o->default_rom, sizeof o->default_rom, "..", "rom.bin");
        o->rom = o->default_rom;
    }
    if (!o->flash || !strpbrk(o->flash, "./")) {
        fits &= firmware_path(o, o->default_flash, o->flash ? o->flash : DEFAULT_FIRMWARE);
        o->flash = o->default_flash;
    }
    if (!fits)
        return wrong(err, "vliw-sim: the path of this program is too long");
    if (!o->native && !o->symbols && symbols_path(o->default_symbols, o->flash))
        o->symbols = o->default_symbols;
    for (unsigned i = 0; i < HOST_BLOBS && o->host.blob[i].name; i++)
        has_bios |= strcmp(o->host.blob[i].name, "bios") == 0;
    return o->native || has_bios || blob_named(o, "bios", DEFAULT_BIOS, err);
}

enum options_result options_parse(struct options *o, int argc, char **argv,
                                  struct config_error *err)
{
    const char *preset = DEFAULT_PRESET;

    memset(o, 0, sizeof *o);
    enum options_result look = first_look(argc, argv, &preset, err);
    if (look != OPTIONS_RUN)
        return look;
    o->host.console_out[0] = "-";
    o->host.clock = DEFAULT_CLOCK;
    o->host.log_level = 1;
    o->max_cycles = o->trace_to = UINT64_MAX;
    machine_defaults(&o->machine);
    if (!machine_load(&o->machine, preset, err))
        return OPTIONS_WRONG;
    for (int i = 1; i < argc; i++) {
        enum option option;
        const char *arg;
        if (!option_next(argc, argv, &i, &option, &arg, err) || !option_apply(o, option, arg, err))
            return OPTIONS_WRONG;
    }
    if (!machine_check(&o->machine, err) || !defaults_fill(o, err))
        return OPTIONS_WRONG;
    snprintf(o->firmware_trace, sizeof o->firmware_trace, "d=%s", o->others);
    if (*o->others && !firmware_option(o, o->firmware_trace, err))
        return OPTIONS_WRONG;
    o->host.option = o->firmware;
    return OPTIONS_RUN;
}
