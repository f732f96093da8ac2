/*
 * main.c - options, and the passes in their order.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/ld/ld.h"

static const char usage[] =
    "usage: vliw-ld [options] RV64-EXECUTABLE\n"
    "Recompiles an RV64IM executable, linked with --emit-relocs, for the chip.\n"
    "  -o FILE             output (a.vliw)\n"
    "  -m PRESET           machine to schedule for: name or file (crusoe)\n"
    "  --sched=MODE        scalar: one atom a bundle; block; ext: chains of blocks (default);\n"
    "                      super: superblocks, by profile\n"
    "  --profile=FILE      by vliw-sim -profile, of a link with --sched=block; of several runs,\n"
    "                      each its own\n"
    "  --profile-map=FILE  the map of that link\n"
    "  --no-rename         values keep their registers\n"
    "  --no-simplify       atoms stay as they were lifted\n"
    "  --no-convert        no branch becomes a conditional move\n"
    "  --no-verify         trust the scheduler: don't run each trace against its input\n"
    "  --text-base=ADDR    where the code goes (behind all data)\n"
    "  --map=FILE          functions, blocks and bundles with their RV64 addresses\n"
    "  --listing=FILE      bundles as text (- for standard output)\n"
    "  --stats             print figures\n";

struct arguments {
    struct options opt;
    const char *input, *output, *preset, *map, *listing, *profile_map;
    const char *profile[PROFILES_MAX];
    unsigned profiles;
    bool stats;
};

static void bad_usage(const char *what, const char *arg)
{
    ld_fail("%s: %s (vliw-ld --help)", arg, what);
}

static const char *value_of(int argc, char **argv, int *i)
{
    if (*i + 1 >= argc)
        bad_usage("needs a value", argv[*i]);
    return argv[++*i];
}

/* The text behind `name=`, or NULL. */
static const char *after(const char *arg, const char *name)
{
    size_t n = strlen(name);

    return strncmp(arg, name, n) == 0 ? arg + n : NULL;
}

static void set_sched(struct options *opt, const char *mode)
{
    if (strcmp(mode, "scalar") == 0) {
        opt->sched = SCHED_SCALAR;
        opt->rename = opt->simplify = false;
    } else if (strcmp(mode, "block") == 0) {
        opt->sched = SCHED_BLOCK;
    } else if (strcmp(mode, "ext") == 0) {
        opt->sched = SCHED_EXT;
    } else if (strcmp(mode, "super") == 0) {
        opt->sched = SCHED_SUPER;
    } else {
        bad_usage("expected scalar, block, ext or super", mode);
    }
}

static void set_text_base(struct options *opt, const char *text)
{
    char *end;

    opt->text_base = strtoull(text, &end, 0);
    if (*end || end == text || opt->text_base == 0)
        bad_usage("expected an address", text);
}

static void add_profile(struct arguments *a, const char *name)
{
    if (a->profiles == PROFILES_MAX)
        bad_usage("too many of these", "--profile");
    a->profile[a->profiles++] = name;
}

static void parse(struct arguments *a, int argc, char **argv)
{
    const char *v;

    *a = (struct arguments){.output = "a.vliw", .preset = "crusoe"};
    a->opt.sched = SCHED_EXT;
    a->opt.rename = a->opt.simplify = a->opt.convert = a->opt.verify = true;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];

        if (strcmp(arg, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(arg, "-o") == 0)
            a->output = value_of(argc, argv, &i);
        else if (strcmp(arg, "-m") == 0)
            a->preset = value_of(argc, argv, &i);
        else if ((v = after(arg, "--sched=")))
            set_sched(&a->opt, v);
        else if (strcmp(arg, "--no-rename") == 0)
            a->opt.rename = false;
        else if (strcmp(arg, "--no-simplify") == 0)
            a->opt.simplify = false;
        else if (strcmp(arg, "--no-convert") == 0)
            a->opt.convert = false;
        else if (strcmp(arg, "--no-verify") == 0)
            a->opt.verify = false;
        else if ((v = after(arg, "--text-base=")))
            set_text_base(&a->opt, v);
        else if ((v = after(arg, "--map=")))
            a->map = v;
        else if ((v = after(arg, "--profile=")))
            add_profile(a, v);
        else if ((v = after(arg, "--profile-map=")))
            a->profile_map = v;
        else if ((v = after(arg, "--listing=")))
            a->listing = v;
        else if (strcmp(arg, "--stats") == 0)
            a->stats = true;
        else if (arg[0] == '-')
            bad_usage("unknown option", arg);
        else if (a->input)
            bad_usage("one input only", arg);
        else
            a->input = arg;
    }
    if (!a->input)
        ld_fail("no input file (vliw-ld --help)");
    if (a->opt.sched == SCHED_SUPER ? !a->profiles || !a->profile_map
                                    : a->profiles || a->profile_map)
        ld_fail("--sched=super, --profile and --profile-map go together (vliw-ld --help)");
}

static void check_machine(const struct machine *m)
{
    static const unsigned needed[] = {UNIT_alu, UNIT_alu0, UNIT_mem, UNIT_br, UNIT_sys};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (m->unit[needed[i]] == 0)
            ld_fail("machine %s has no unit %s", m->name, isa_unit_name[needed[i]]);
}

int main(int argc, char **argv)
{
    static struct program program;
    static struct rv_file rv;
    static struct machine machine;
    static struct lines lines;
    struct config_error error;
    struct arguments args;

    parse(&args, argc, argv);
    machine_defaults(&machine);
    if (!machine_load(&machine, args.preset, &error) || !machine_check(&machine, &error))
        ld_fail("%s", error.text);
    check_machine(&machine);

    ld_subject(args.input);
    program.rv = &rv;
    program.machine = &machine;
    rv_read(&rv, args.input);
    lines_read(&lines, &rv);
    program_lift(&program);
    program_blocks(&program);
    program_callees(&program);
    program_objects(&program);
    program_liveness(&program);
    if (args.profiles)
        program_profile(&program, args.profile, args.profiles, args.profile_map);
    program_schedule(&program, &args.opt);
    program_layout(&program, &args.opt);
    program_patch_data(&program);
    elf_write(&program, &lines, args.output);
    if (args.map)
        report_map(&program, args.map);
    if (args.listing)
        report_listing(&program, args.listing);
    if (args.stats)
        report_stats(&program, stdout);
    return 0;
}
