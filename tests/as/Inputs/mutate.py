#!/usr/bin/env python3
"""mutate.py SAMPLE COUNT COMMAND... - run a command on damaged copies of a file.

FILE in the command is the copy: it is cut, or has bytes changed, or bytes of its own put elsewhere.
The command must exit with 0 or 1.
"""
import random
import subprocess
import sys
import tempfile

sample, count, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with open(sample, "rb") as f:
    original = f.read()
rng = random.Random(1)

with tempfile.NamedTemporaryFile() as copy:
    for number in range(count):
        data = bytearray(original)
        if number % 4 == 0:
            del data[rng.randrange(len(data)):]
        for _ in range(rng.choice((1, 1, 2, 8))):
            if data:
                value = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
                data[rng.randrange(len(data))] = value
        if number % 3 == 0 and len(data) > 16:
            a, b, n = rng.randrange(len(data)), rng.randrange(len(data)), rng.randrange(16)
            data[a:a + n] = data[b:b + n]
        copy.seek(0)
        copy.truncate()
        copy.write(data)
        copy.flush()
        run = subprocess.run([copy.name if word == "FILE" else word for word in command],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20)
        if run.returncode not in (0, 1):
            print(f"copy {number}: exit status {run.returncode}")
            print(run.stderr.decode(errors="replace")[-2000:])
            sys.exit(1)
