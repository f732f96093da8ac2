#!/usr/bin/env python3
"""unpack.py VMLINUZ: the ELF file that is packed in it, to standard output."""
import lzma
import sys

with open(sys.argv[1], "rb") as file:
    packed = file.read()
sys.stdout.buffer.write(lzma.LZMADecompressor().decompress(packed[packed.index(b"\xfd7zXZ\0"):]))
