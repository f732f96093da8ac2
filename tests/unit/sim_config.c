/* sim_config.c - machine descriptions: written, read back, set by key, refused. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/check.h"
#include "vliw-sim/machine.h"

/* Every key, moved off its default where its range allows, survives a file. */
static void test_round_trip(const char *path)
{
    struct machine m, back;
    struct config_error err;
    char line[256], section[64] = "", setting[256];
    FILE *f = fopen(path, "w+");
    unsigned keys = 0;

    CHECK(f);
    if (!f)
        return;
    machine_defaults(&m);
    machine_write(&m, f);
    rewind(f);
    while (fgets(line, sizeof line, f)) {
        char key[64];
        unsigned value;
        if (sscanf(line, "[%60[^]]", section) == 1 || sscanf(line, "%60s = %u", key, &value) != 2)
            continue;
        keys++;
        snprintf(setting, sizeof setting, "%s.%s=%u", section, key, value + 1);
        CHECK(machine_set(&m, setting, &err) || strstr(err.text, "out of range"));
    }
    CHECK(keys > 40);
    fclose(f);
    f = fopen(path, "w");
    CHECK(f);
    if (!f)
        return;
    machine_write(&m, f);
    fclose(f);

    machine_defaults(&back);
    CHECK(machine_load(&back, path, &err));
    CHECK(memcmp(&m, &back, sizeof m) == 0);
    remove(path);
}

static void test_settings(void)
{
    struct machine m;
    struct config_error err;

    machine_defaults(&m);
    CHECK(machine_check(&m, &err));
    CHECK(m.unit[UNIT_none] == UINT32_MAX && m.latency[LAT_load] == isa_latency_default[LAT_load]);
    CHECK(machine_set(&m, "l2.size=1M", &err) && m.l2.size == 1u << 20);
    CHECK(machine_set(&m, "l2.size=0x80000", &err) && m.l2.size == 1u << 19);
    CHECK(machine_set(&m, "units.mem=2", &err) && m.unit[UNIT_mem] == 2);
    CHECK(!machine_set(&m, "l2.size=99999999999999999999", &err));
    CHECK(!machine_set(&m, "l2.size=-1", &err));
    CHECK(!machine_set(&m, "l2.size=", &err));
    CHECK(!machine_set(&m, "l2.size=16777215M", &err));
    CHECK(!machine_set(&m, "l2.size", &err));
    CHECK(!machine_set(&m, "=", &err) && !machine_set(&m, ".=", &err) &&
          !machine_set(&m, "", &err));
    CHECK(machine_check(&m, &err));
    m.l1d.ways = 3;
    CHECK(!machine_check(&m, &err));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: sim_config SCRATCHFILE\n");
        return 2;
    }
    test_round_trip(argv[1]);
    test_settings();
    return failures != 0;
}
