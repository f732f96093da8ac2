#!/usr/bin/env python3
"""wav.py FILE - rate of a WAV file of 16-bit samples and the tones in it."""
import sys
import wave


def main():
    with wave.open(sys.argv[1]) as f:
        assert (f.getnchannels(), f.getsampwidth()) == (1, 2), "expected 16 bits, mono"
        rate, data = f.getframerate(), f.readframes(f.getnframes())
    samples = [int.from_bytes(data[i:i + 2], "little", signed=True) for i in range(0, len(data), 2)]
    print(f"{rate} samples a second")
    rises = [i for i in range(1, len(samples)) if samples[i - 1] <= 0 < samples[i]]
    runs = []
    for at in rises:
        if not runs or at - runs[-1][-1] > rate // 20:
            runs.append([])
        runs[-1].append(at)
    for run in runs:
        seconds = (run[-1] - run[0]) / rate
        if len(run) > 10:
            print(f"a tone of {(len(run) - 1) / seconds:.0f} Hz for {seconds:.3f} s")


main()
