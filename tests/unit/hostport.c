/*
 * hostport.c - the host's side of the host port against a chip of our own making: each operation
 * once, each refusal, and a long row of mutated requests that must not get anywhere near memory
 * that isn't the chip's.
 *
 *     hostport [REQUESTS [SEED]]
 */
#define _POSIX_C_SOURCE 200809L

#include "vliw-sim/host/hostport.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hidden-mem/hostport.h"
#include "tests/random.h"
#include "tests/unit/check.h"

#define FAKE_BASE UINT64_C(0x40000000)
#define FAKE_SIZE (2u << 20)
#define READ_ONLY 0x1000 /* the first bytes may be read, not written */
#define GUARD 0x5a

struct chip {
    uint8_t before[4096];
    uint8_t mem[FAKE_SIZE];
    uint8_t after[4096];
    bool open;
};

/* What the host side asks of the chip, and all that it may know of it. */
void *chip_mem(struct chip *chip, uint64_t addr, uint64_t length, bool write);

void *chip_mem(struct chip *chip, uint64_t addr, uint64_t length, bool write)
{
    uint64_t offset = addr - FAKE_BASE;

    if (offset > FAKE_SIZE || length > FAKE_SIZE - offset || (write && offset < READ_ONLY))
        return NULL;
    return chip->mem + offset;
}

bool section_begin(struct chip *chip);
bool section_end(struct chip *chip);

bool section_begin(struct chip *chip)
{
    return !chip->open && (chip->open = true);
}

bool section_end(struct chip *chip)
{
    return chip->open && !(chip->open = false);
}

struct rig {
    char dir[64];
    char script[128], picture[128], sound[128];
    char disk[128], rodisk[128], blob[128], out[128], in[128], screen[128], trace[128];
    struct host_config config;
    struct host_port *port;
    struct chip *chip;
};

static const char *const options[] = {"cms.gear=1", "d=io"};

static void put_file(const char *path, const void *bytes, size_t length)
{
    FILE *f = fopen(path, "w");

    if (!f || fwrite(bytes, 1, length, f) != length || fclose(f) != 0)
        abort();
}

static size_t get_file(const char *path, char *buf, size_t size)
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(buf, 1, size - 1, f) : 0;

    buf[n] = '\0';
    if (f)
        fclose(f);
    return n;
}

static void rig_name(struct rig *r, char *path, const char *name)
{
    snprintf(path, 128, "%s/%s", r->dir, name);
}

static void rig_open(struct rig *r)
{
    static uint8_t sectors[4 * 512];
    char error[256];

    memset(r, 0, sizeof(*r));
    strcpy(r->dir, "/tmp/hostport.XXXXXX");
    if (!mkdtemp(r->dir))
        abort();
    rig_name(r, r->disk, "disk");
    rig_name(r, r->rodisk, "rodisk");
    rig_name(r, r->blob, "blob");
    rig_name(r, r->out, "out");
    rig_name(r, r->in, "in");
    rig_name(r, r->screen, "screen");
    rig_name(r, r->trace, "trace");
    rig_name(r, r->script, "script");
    rig_name(r, r->picture, "picture");
    rig_name(r, r->sound, "sound");
    put_file(r->script, "type keys\nkeys a b\nmouse 1,1 left\n", 35);
    for (size_t i = 0; i < sizeof(sectors); i++)
        sectors[i] = (uint8_t)(i >> 9 << 4 | (i & 15));
    put_file(r->disk, sectors, sizeof(sectors));
    put_file(r->rodisk, sectors, 512);
    put_file(r->blob, "0123456789", 10);
    put_file(r->in, "keys", 4);
    r->config = (struct host_config){
        .console_out = {r->out, NULL},
        .console_in = {r->in, NULL},
        .disk = {{.path = r->disk}, {.path = r->rodisk, .readonly = true}},
        .blob = {{"bios", r->blob}},
        .option = options,
        .options = 2,
        .clock = 1234567890,
        .trace = fopen(r->trace, "w"),
        .screen = r->screen,
        .display = true,
        .picture = r->picture,
        .sound = r->sound,
    };
    r->chip = calloc(1, sizeof(*r->chip));
    memset(r->chip->before, GUARD, sizeof(r->chip->before));
    memset(r->chip->after, GUARD, sizeof(r->chip->after));
    r->port = hostport_new(&r->config, error, sizeof(error));
    if (!r->port) {
        fprintf(stderr, "%s\n", error);
        abort();
    }
}

static void rig_close(struct rig *r)
{
    const char *const files[] = {r->script, r->picture, r->sound, r->disk,   r->rodisk,
                                 r->blob,   r->out,     r->in,    r->screen, r->trace};

    hostport_free(r->port);
    if (r->config.trace)
        fclose(r->config.trace);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        unlink(files[i]);
    rmdir(r->dir);
    free(r->chip);
}

#define BLOCK 0x2000
#define BUFFER 0x4000

static struct host_request *rig_block(struct rig *r)
{
    return (struct host_request *)(r->chip->mem + BLOCK);
}

/* One request with its buffer at BUFFER; returns the status. */
static int32_t ask(struct rig *r, uint32_t op, uint64_t arg0, uint64_t arg1, uint64_t length)
{
    *rig_block(r) = (struct host_request){
        .op = op,
        .status = 77,
        .arg = {arg0, arg1},
        .buffer = FAKE_BASE + BUFFER,
        .length = length,
    };
    hostport_serve(r->port, r->chip, FAKE_BASE + BLOCK);
    return rig_block(r)->status;
}

static int32_t say(struct rig *r, uint32_t op, uint64_t arg0, const char *text)
{
    memcpy(r->chip->mem + BUFFER, text, strlen(text));
    return ask(r, op, arg0, 0, strlen(text));
}

static void test_operations(void)
{
    struct rig r;
    char text[512];

    rig_open(&r);
    uint8_t *buf = r.chip->mem + BUFFER;
    struct host_request *rq = rig_block(&r);

    CHECK(ask(&r, HOST_VERSION, 0, 0, 0) == HOST_OK && rq->result == HOSTPORT_VERSION);
    CHECK(ask(&r, HOST_CLOCK, 0, 0, 0) == HOST_OK && rq->result == 1234567890);
    CHECK(ask(&r, HOST_OPTION, 1, 0, 64) == HOST_OK && rq->result == 4 && !memcmp(buf, "d=io", 4));
    CHECK(ask(&r, HOST_OPTION, 1, 0, 3) == HOST_ERANGE);
    CHECK(ask(&r, HOST_OPTION, 2, 0, 64) == HOST_EHANDLE);

    CHECK(say(&r, HOST_CON_WRITE, 0, "hello\n") == HOST_OK);
    CHECK(say(&r, HOST_CON_WRITE, 1, "dropped") == HOST_OK);
    CHECK(say(&r, HOST_CON_WRITE, HOST_CONSOLES, "x") == HOST_EHANDLE);
    CHECK(get_file(r.out, text, sizeof(text)) == 6 && !strcmp(text, "hello\n"));
    CHECK(ask(&r, HOST_CON_READ, 0, 0, 2) == HOST_OK && rq->result == 2 && !memcmp(buf, "ke", 2));
    CHECK(ask(&r, HOST_CON_READ, 0, 0, 9) == HOST_OK && rq->result == 2 && !memcmp(buf, "ys", 2));
    CHECK(ask(&r, HOST_CON_READ, 0, 0, 9) == HOST_EHANDLE);
    CHECK(ask(&r, HOST_CON_READ, 1, 0, 9) == HOST_EHANDLE);

    CHECK(say(&r, HOST_BLOB_OPEN, 0, "bios") == HOST_OK && rq->result == 0 && rq->arg[1] == 10);
    CHECK(say(&r, HOST_BLOB_OPEN, 0, "bio") == HOST_EHANDLE);
    CHECK(ask(&r, HOST_BLOB_READ, 0, 8, 16) == HOST_OK && rq->result == 2 && !memcmp(buf, "89", 2));
    CHECK(ask(&r, HOST_BLOB_READ, 0, 11, 1) == HOST_ERANGE);
    CHECK(ask(&r, HOST_BLOB_READ, 1, 0, 1) == HOST_EHANDLE);

    CHECK(ask(&r, HOST_BLK_INFO, 0, 9, 0) == HOST_OK && rq->result == 2048 && rq->arg[1] == 0);
    CHECK(ask(&r, HOST_BLK_INFO, 1, 9, 0) == HOST_OK && rq->result == 512 && rq->arg[1] == 1);
    CHECK(ask(&r, HOST_BLK_INFO, 2, 0, 0) == HOST_EHANDLE);
    CHECK(ask(&r, HOST_BLK_INFO, UINT64_MAX, 0, 0) == HOST_EHANDLE);
    CHECK(ask(&r, HOST_BLK_READ, 0, 1024, 512) == HOST_OK && buf[5] == 0x25);
    CHECK(ask(&r, HOST_BLK_READ, 0, 1537, 512) == HOST_ERANGE);
    CHECK(ask(&r, HOST_BLK_READ, 0, UINT64_MAX - 511, 512) == HOST_ERANGE);
    memset(buf, 0xee, 512);
    CHECK(ask(&r, HOST_BLK_WRITE, 0, 512, 512) == HOST_OK);
    CHECK(ask(&r, HOST_BLK_FLUSH, 0, 0, 0) == HOST_OK);
    memset(buf, 0, 512);
    CHECK(ask(&r, HOST_BLK_READ, 0, 512, 512) == HOST_OK && buf[0] == 0xee && buf[511] == 0xee);
    CHECK(ask(&r, HOST_BLK_WRITE, 1, 0, 512) == HOST_EREADONLY);

    CHECK(say(&r, HOST_LOG, 3, "x") == HOST_ERANGE);
    CHECK(say(&r, HOST_LOG, 2, "x") == HOST_OK);
    CHECK(say(&r, HOST_TRACE, 0, "a\033[2Jb") == HOST_OK);
    fflush(r.config.trace);
    CHECK(get_file(r.trace, text, sizeof(text)) && !strcmp(text, "a?[2Jb\n"));

    memcpy(buf, "A\x07\xb0\x07 \x07 \x07\x80\x07 \x07", 12);
    CHECK(ask(&r, HOST_SCREEN, 3, 2, 12) == HOST_OK);
    CHECK(get_file(r.screen, text, sizeof(text)) && !strcmp(text, "A\xe2\x96\x91\n \xc3\x87\n"));
    CHECK(ask(&r, HOST_SCREEN, 3, 2, 13) == HOST_ERANGE);
    CHECK(ask(&r, HOST_SCREEN, UINT64_C(1) << 32, UINT64_C(1) << 32, 0) == HOST_ERANGE);

    CHECK(ask(&r, HOST_MARK, 0, 0, 0) == HOST_ERANGE);
    CHECK(ask(&r, HOST_MARK, 1, 0, 0) == HOST_OK && r.chip->open);
    CHECK(ask(&r, HOST_MARK, 1, 0, 0) == HOST_ERANGE);
    CHECK(ask(&r, HOST_MARK, 2, 0, 0) == HOST_ERANGE);
    CHECK(ask(&r, HOST_MARK, 0, 0, 0) == HOST_OK && !r.chip->open);
    CHECK(ask(&r, 21, 0, 0, 0) == HOST_EOP);
    CHECK(ask(&r, HOST_BLK_READ, 0, 0, HOST_MAX_LENGTH + 1) == HOST_ERANGE);
    rig_close(&r);
}

/*
 * An overlay keeps what is written away from the file; a file that changes its size meanwhile is
 * no trouble.
 */
static void test_media(void)
{
    struct rig r;
    char text[4096], error[256];

    rig_open(&r);
    uint8_t *buf = r.chip->mem + BUFFER;
    hostport_free(r.port);
    r.config.disk[0].overlay = true;
    r.config.disk[1] = (struct host_disk_config){.path = r.disk, .medium = HOST_MEDIUM_CD};
    r.port = hostport_new(&r.config, error, sizeof(error));
    CHECK(r.port != NULL);
    memset(buf, 0xee, 512);
    CHECK(ask(&r, HOST_BLK_WRITE, 0, 512, 512) == HOST_OK);
    CHECK(ask(&r, HOST_BLK_WRITE, 0, 600, 512) == HOST_ERANGE);
    CHECK(ask(&r, HOST_BLK_FLUSH, 0, 0, 0) == HOST_OK);
    memset(buf, 0, 2048);
    CHECK(ask(&r, HOST_BLK_READ, 0, 0, 2048) == HOST_OK);
    CHECK(buf[5] == 5 && buf[512] == 0xee && buf[1023] == 0xee && buf[1024 + 3] == 0x23);
    CHECK(get_file(r.disk, text, sizeof(text)) == 2048 && text[512] == 0x10);
    struct host_request *rq = rig_block(&r);
    CHECK(ask(&r, HOST_BLK_INFO, 1, 0, 0) == HOST_OK && rq->arg[2] == HOST_MEDIUM_CD);
    CHECK(ask(&r, HOST_BLK_WRITE, 1, 0, 512) == HOST_EREADONLY);

    CHECK(truncate(r.disk, 4096) == 0);
    CHECK(ask(&r, HOST_BLK_READ, 0, 2048, 512) == HOST_ERANGE);
    CHECK(ask(&r, HOST_BLK_INFO, 0, 0, 0) == HOST_OK && rq->result == 2048);
    CHECK(truncate(r.disk, 1024) == 0);
    CHECK(ask(&r, HOST_BLK_READ, 0, 1024, 512) == HOST_EIO);
    CHECK(ask(&r, HOST_BLK_READ, 0, 512, 512) == HOST_OK && buf[0] == 0xee);
    rig_close(&r);
}

static void test_addresses(void)
{
    struct rig r;

    rig_open(&r);
    struct host_request *rq = rig_block(&r);
    static const uint64_t wild[] = {
        0,          FAKE_BASE - 1,         FAKE_BASE + READ_ONLY - 1, FAKE_BASE + FAKE_SIZE - 511,
        UINT64_MAX, FAKE_BASE + FAKE_SIZE, UINT64_MAX - 511,
    };
    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        *rq = (struct host_request){.op = HOST_BLK_READ, .buffer = wild[i], .length = 512};
        CHECK(hostport_serve(r.port, r.chip, FAKE_BASE + BLOCK) == 0);
        CHECK(rq->status == HOST_EADDR);
    }
    /* Blocks that can't be read: counted, no answer. */
    uint64_t before = hostport_report(r.port)->unread;
    CHECK(hostport_serve(r.port, r.chip, FAKE_BASE + BLOCK + 4) == 0);
    CHECK(hostport_serve(r.port, r.chip, FAKE_BASE + FAKE_SIZE - 8) == 0);
    CHECK(hostport_serve(r.port, r.chip, FAKE_BASE) == 0);
    CHECK(hostport_serve(r.port, r.chip, 8) == 0);
    CHECK(hostport_report(r.port)->unread == before + 4);
    /* A block that is its own buffer gets a whole answer. */
    *rq = (struct host_request){.op = HOST_BLK_READ, .buffer = FAKE_BASE + BLOCK, .length = 512};
    hostport_serve(r.port, r.chip, FAKE_BASE + BLOCK);
    CHECK(rq->status == HOST_OK && rq->op == HOST_BLK_READ && rq->length == 512);
    rig_close(&r);
}

static void test_end(void)
{
    struct rig r;

    rig_open(&r);
    const struct host_report *report = hostport_report(r.port);
    CHECK(ask(&r, HOST_STAT, 7, 0, 0) == HOST_ERANGE);
    CHECK(say(&r, HOST_STAT, 7, "a.b") == HOST_OK);
    CHECK(say(&r, HOST_STAT, 8, "a.b") == HOST_OK);
    CHECK(report->stats == 1 && report->stat[0].value == 8 && !strcmp(report->stat[0].name, "a.b"));
    CHECK(say(&r, HOST_EXIT, HOST_EXIT_COUNT, "x") == HOST_ERANGE);
    CHECK(report->state == HOST_RUNNING);
    memcpy(r.chip->mem + BUFFER, "bye", 3);
    CHECK(ask(&r, HOST_EXIT, HOST_EXIT_DEBUG, 42, 3) == HOST_OK);
    CHECK(report->state == HOST_EXITED && report->how == HOST_EXIT_DEBUG && report->value == 42);
    CHECK(!strcmp(report->reason, "bye"));
    CHECK(hostport_serve(r.port, r.chip, FAKE_BASE + BLOCK) == 1);
    rig_close(&r);

    rig_open(&r);
    CHECK(say(&r, HOST_PANIC, 0, "oh") == HOST_OK);
    CHECK(hostport_report(r.port)->state == HOST_PANICKED);
    rig_close(&r);
}

/* What hostport_new says to a configuration that it can't use. */
static void refuse(struct host_config *config, const char *expected)
{
    char error[256] = "";
    struct host_port *port = hostport_new(config, error, sizeof(error));

    CHECK(port == NULL);
    CHECK(strstr(error, expected) != NULL);
    CHECK(strchr(error, '\n') == NULL);
    if (!strstr(error, expected))
        fprintf(stderr, "  got: %s\n  want: %s\n", error, expected);
    hostport_free(port);
}

static void test_configurations(void)
{
    struct rig r;
    char path[128];
    struct host_config c;

    rig_open(&r);
    c = (struct host_config){.disk = {{.path = "/nonexistent/disk"}}};
    refuse(&c, "/nonexistent/disk: No such file or directory, expected a raw disk image");
    c = (struct host_config){.disk = {{.path = r.dir}}};
    refuse(&c, "is a directory, expected a raw disk image");
    c = (struct host_config){.disk = {{.path = r.dir, .readonly = true}}};
    refuse(&c, "is a directory, expected a raw disk image");
    c = (struct host_config){.disk = {{.path = r.blob}}};
    refuse(&c, "10 bytes, expected a multiple of 512");
    c = (struct host_config){.blob = {{"bios", "/nonexistent/bios"}}};
    refuse(&c, "/nonexistent/bios: No such file or directory, expected a file to load");
    c = (struct host_config){.console_out = {"/nonexistent/out"}};
    refuse(&c, "expected a file for console output");
    c = (struct host_config){.console_in = {"/nonexistent/in"}};
    refuse(&c, "expected console input");
    c = (struct host_config){.screen = "/nonexistent/screen"};
    refuse(&c, "expected a file for the screen");
    rig_name(&r, path, "empty");
    put_file(path, "", 0);
    c = (struct host_config){.disk = {{.path = path}}};
    refuse(&c, "is empty");
    unlink(path);
    rig_close(&r);
}

static uint64_t noise_state = 0x5e1f1c;

static uint64_t noise(void)
{
    return random_next(&noise_state);
}

/* A number that is likely to be at some border. */
static uint64_t random_wild(void)
{
    static const uint64_t near[] = {
        0,
        1,
        8,
        511,
        512,
        2048,
        HOST_MAX_LENGTH,
        FAKE_BASE,
        FAKE_BASE + READ_ONLY,
        FAKE_BASE + BLOCK,
        FAKE_BASE + BUFFER,
        FAKE_BASE + FAKE_SIZE,
        UINT32_MAX,
        INT64_MAX,
        UINT64_MAX,
    };
    uint64_t n = near[noise() % (sizeof(near) / sizeof(near[0]))];

    switch (noise() % 4) {
    case 0: return noise();
    case 1: return n + noise() % 33 - 16;
    case 2: return n + (noise() & 0xfffff);
    default: return n;
    }
}

static void test_hostile(unsigned rounds)
{
    struct rig r;
    char error[256];

    rig_open(&r);
    hostport_free(r.port);
    r.config.script = r.script;
    r.port = hostport_new(&r.config, error, sizeof(error));
    if (!r.port)
        abort();
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t at = noise() % 8 ? FAKE_BASE + BLOCK : random_wild();
        struct host_request *rq = rig_block(&r);
        rq->op = (uint32_t)(noise() % 8 ? noise() % (HOST_SPEAKER + 2) : noise());
        for (unsigned n = noise() % 2 * 64; n-- > 0;)
            r.chip->mem[BUFFER + n] = (uint8_t)noise();
        for (unsigned a = 0; a < 4; a++)
            rq->arg[a] = noise() % 2 ? noise() % 4 : random_wild();
        rq->buffer = random_wild();
        rq->length = noise() % 2 ? noise() % 4096 : random_wild();
        rq->status = 77;
        struct host_request sent = *rq;
        if (sent.op == HOST_EXIT || sent.op == HOST_PANIC)
            continue; /* test_end has them */
        CHECK(hostport_serve(r.port, r.chip, at) == 0);
        if (at == FAKE_BASE + BLOCK)
            CHECK(rq->status <= 0 && rq->status >= HOST_EREADONLY);
        if (failures)
            break;
    }
    for (size_t i = 0; i < sizeof(r.chip->before); i++)
        CHECK(r.chip->before[i] == GUARD && r.chip->after[i] == GUARD);
    struct stat st;
    CHECK(stat(r.disk, &st) == 0 && st.st_size == 2048);
    CHECK(stat(r.rodisk, &st) == 0 && st.st_size == 512);
    CHECK(stat(r.blob, &st) == 0 && st.st_size == 10);
    rig_close(&r);
}

/* An image that this user may only read. */
static void test_readonly(void)
{
    struct rig r;
    bool root = geteuid() == 0;

    rig_open(&r);
    CHECK(chmod(r.dir, 0755) == 0 && chmod(r.rodisk, 0444) == 0);
    if (root)
        CHECK(seteuid(65534) == 0);
    struct host_config c = {.disk = {{.path = r.rodisk}}};
    refuse(&c, "can't be written to, expected a writable image, or -snapshot or -read-only");
    if (root)
        CHECK(seteuid(0) == 0);
    rig_close(&r);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 20000;

    if (argc > 2)
        noise_state ^= strtoul(argv[2], NULL, 0) * 0x2545f4914f6cdd1d;

    test_operations();
    test_media();
    test_addresses();
    test_end();
    test_configurations();
    test_readonly();
    test_hostile(rounds);
    printf("hostport: %u failures\n", failures);
    return failures != 0;
}
