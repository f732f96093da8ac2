#!/usr/bin/env python3
"""spoil.py IN OUT CHANGE... - a firmware image that the boot ROM must refuse.

FIELD=VALUE sets a field of the header (seg0.addr is one of segment 0) and mends the header's
checksum; flip=BYTE inverts the lowest bit of a byte (negative: from the end) and mends nothing;
cut=BYTES keeps only so many bytes.
"""
import struct
import sys

FIELDS = {
    "magic": (0, "<I"), "version": (4, "<I"), "isa_id": (8, "<Q"), "entry": (16, "<Q"),
    "hidden_size": (24, "<Q"),
    "size": (32, "<I"), "segments": (36, "<I"), "body_words": (40, "<Q"), "body_sums": (48, "<Q"),
}
HEADER_SUM = 56
HEADER = 456
for n in range(8):
    for i, name in enumerate(("addr", "offset", "packed", "filesz", "memsz", "sums")):
        FIELDS[f"seg{n}.{name}"] = (72 + 48 * n + 8 * i, "<Q")


def mend(data):
    """the header's checksum: hidden-mem/sum.h"""
    words, sums, mask = 1, 0, (1 << 64) - 1
    struct.pack_into("<2Q", data, HEADER_SUM, 0, 0)
    for word in struct.unpack_from(f"<{HEADER // 8}Q", data):
        words = (words + word) & mask
        sums = (sums + words) & mask
    struct.pack_into("<2Q", data, HEADER_SUM, words, sums)


def main():
    data = bytearray(open(sys.argv[1], "rb").read())
    changes = [change.split("=") for change in sys.argv[3:]]
    for name, value in changes:
        if name in FIELDS:
            offset, kind = FIELDS[name]
            struct.pack_into(kind, data, offset, int(value, 0))
            mend(data)
    for name, value in changes:
        if name == "flip":
            data[int(value, 0)] ^= 1
        elif name == "cut":
            del data[int(value, 0):]
        elif name not in FIELDS:
            sys.exit(f"spoil.py: {name}: no such field")
    open(sys.argv[2], "wb").write(data)


main()
