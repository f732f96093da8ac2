#!/usr/bin/env python3
"""png.py FILE X,Y... - size of a PNG of 8-bit colors and some of its pixels."""
import struct
import sys
import zlib


def read(path):
    data = open(path, "rb").read()
    at, packed, width, height, depth, kind = 8, b"", 0, 0, 0, 0
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, depth, kind = struct.unpack(">IIBB", body[:10])
        elif name == b"IDAT":
            packed += body
        at += 12 + length
    assert (depth, kind) == (8, 2), "expected 8-bit RGB"
    raw, rows, stride = zlib.decompress(packed), [], width * 3
    above = bytearray(stride)
    for y in range(height):
        method = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            a, b = (row[i - 3] if i >= 3 else 0), above[i]
            c = above[i - 3] if i >= 3 else 0
            if method == 4:
                p = a + b - c
                best = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            else:
                best = (0, a, b, (a + b) // 2)[method]
            row[i] = row[i] + best & 255
        rows.append(row)
        above = row
    return width, height, rows


def main():
    width, height, rows = read(sys.argv[1])
    print(f"{width} x {height}")
    for place in sys.argv[2:]:
        x, y = map(int, place.split(","))
        print(f"{place}: {rows[y][x * 3:x * 3 + 3].hex()}")


main()
