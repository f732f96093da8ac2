/*
 * hostport.h - the protocol between firmware and host proxy, version 1.
 *
 * The firmware builds a request block in hidden memory (native address, 8-byte aligned) and writes
 * its address to SR_HOST_REQ. The host serves it before the next bundle issues, charges the cycles
 * that the preset says, and fills `status` and `result`. The host believes nothing: a block or
 * buffer that is not wholly inside memory the firmware may name, a length out of range, an unknown
 * operation or handle gives a negative status and has no effect. A request block that can't be read
 * at all is counted and ignored.
 *
 * The host proxy knows files, terminals and clocks. It knows no x86 and no PC device.
 */
#ifndef SELKIRK_HOSTPORT_H
#define SELKIRK_HOSTPORT_H

#include <stdint.h>

#define HOSTPORT_VERSION 1u

struct host_request {
    uint32_t op;     /* enum host_op */
    int32_t status;  /* enum host_status, written by the host */
    uint64_t arg[4]; /* as the operation says */
    uint64_t buffer; /* native address; 0 if the operation has none */
    uint64_t length; /* bytes at `buffer` */
    uint64_t result; /* written by the host */
};

#define HOST_MAX_LENGTH (1u << 20) /* longest buffer of one request */

enum host_status {
    HOST_OK = 0,
    HOST_EOP = -1,      /* unknown operation */
    HOST_EADDR = -2,    /* buffer outside of what the firmware may name */
    HOST_EHANDLE = -3,  /* no such device, blob, option */
    HOST_ERANGE = -4,   /* offset or length out of range */
    HOST_EIO = -5,      /* the host operating system refused */
    HOST_EREADONLY = -6 /* write to a read-only medium */
};

/*
 * X(name, number, text): arguments are arg[0..3], buffer, length; result is `result`.
 */
#define HOST_OPS(X)                                                                            \
    X(VERSION, 0, "result = HOSTPORT_VERSION")                                                 \
    X(OPTION, 1, "the arg0-th firmware option as `key=value` text into buffer; result = its "  \
                 "length; HOST_EHANDLE past the last")                                         \
    X(CON_WRITE, 2, "write buffer to console arg0, an enum host_console")                      \
    X(CON_READ, 3, "read up to length bytes from console arg0 without waiting; result = count")\
    X(LOG, 4, "a line of firmware log, without newline; arg0 = severity (0 error, 1 warning, " \
              "2 info)")                                                                       \
    X(TRACE, 5, "a line of trace output (-d), without newline")                                \
    X(BLOB_OPEN, 6, "name in buffer (bios, vgabios, kernel, initrd, cmdline, ...); result = "  \
                    "handle, arg1 of the block is set to its size; HOST_EHANDLE if there is none")\
    X(BLOB_READ, 7, "length bytes of blob arg0 from offset arg1 into buffer; result = count")  \
    X(BLK_INFO, 8, "result = size in bytes of block device arg0; arg1 of the block is set to 1 "\
                   "if read-only, arg2 to its enum host_medium")                               \
    X(BLK_READ, 9, "length bytes of block device arg0 from byte offset arg1 into buffer")      \
    X(BLK_WRITE, 10, "likewise, writing")                                                      \
    X(BLK_FLUSH, 11, "everything written to block device arg0 is on stable storage")           \
    X(CLOCK, 12, "result = seconds since 1970 at reset, as the command line set it")           \
    X(STAT, 13, "name in buffer; arg0 = value of a firmware statistic for the summary; "       \
                 "`state.` before the name: of the guest's state, for the digest")             \
    X(SCREEN, 14, "text screen at buffer: arg0 columns, arg1 rows, arg2 the cursor's cell or " \
                  "none of them; pairs of code page 437 character and attribute; "             \
                  "HOST_EHANDLE if nobody looks")                                              \
    X(EXIT, 15, "end of run: arg0 = enum host_exit, arg1 = value of the guest; reason in buffer")\
    X(PANIC, 16, "firmware panic: text in buffer; ends the run")                               \
    X(FRAME, 17, "line arg2 of the guest's picture, arg0 wide and arg1 high: red, green, "     \
                 "blue in buffer; HOST_EHANDLE if nobody wants it")                            \
    X(EVENTS, 18, "input events into buffer, whole ones; result = count; HOST_EHANDLE when "   \
                  "nothing will come any more")                                                \
    X(MARK, 19, "arg0 = 1: what the summary shows of the marked section begins here, 0: it "   \
                "ends")                                                                        \
    X(SPEAKER, 20, "from simulated time arg0, in ns, on: a square wave of arg1 ns, or, if that "\
                   "is 0, stillness, pushed out if arg2 is not 0; HOST_EHANDLE if nobody listens")

enum host_op {
#define X(name, number, text) HOST_##name = number,
    HOST_OPS(X)
#undef X
};

/* Byte streams. */
enum host_console { HOST_CONSOLE_SERIAL, HOST_CONSOLE_DEBUG, HOST_CONSOLE_SERIAL2, HOST_CONSOLES };

/* Block devices: four of the disk controller, from 0 on, then two floppy disks. */
#define HOST_UNIT_FLOPPY 4
#define HOST_UNITS 6

/* What a block device is, as the command line has it. */
enum host_medium { HOST_MEDIUM_DISK, HOST_MEDIUM_CD, HOST_MEDIUM_FLOPPY };

/* Something that a person did. Keys by their usage numbers of the USB keyboard page. */
struct host_event {
    uint8_t kind; /* enum host_event_kind */
    uint8_t code; /* the key; a mouse's button: 0 left, 1 right, 2 middle */
    int8_t dx, dy; /* of the mouse: to the right, downwards; of its wheel: dy, downwards */
};

enum host_event_kind {
    HOST_EVENT_DOWN = 1, /* keys */
    HOST_EVENT_UP = 2,
    HOST_EVENT_MOVE = 3, /* the mouse */
    HOST_EVENT_PRESS = 4,
    HOST_EVENT_RELEASE = 5,
    HOST_EVENT_WHEEL = 6,
};

enum host_exit {
    HOST_EXIT_POWEROFF = 0, /* guest switched itself off */
    HOST_EXIT_HALT = 1,     /* guest halted with interrupts off: nothing can happen any more */
    HOST_EXIT_DEBUG = 2,    /* debug-exit port; arg1 = the value written */
    HOST_EXIT_FAULT = 3,    /* triple fault with reset switched off */
    HOST_EXIT_ROM = 4,      /* the boot ROM found no image that it may start */
    HOST_EXIT_OPTION = 5,   /* an option that the firmware doesn't know, or a value out of range */
    HOST_EXIT_INPUT = 6,    /* a file that the command line named is not what it should be */
    HOST_EXIT_ASKED = 7,    /* the host wanted it: IPEND's bit for the host */
    HOST_EXIT_COUNT
};

#endif
