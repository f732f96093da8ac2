#!/usr/bin/env python3
"""Checks that what the documentation points at exists; one line for each link or path that doesn't.

    links.py [--root DIR]

Relative links of every Markdown file, and every path of the tree that stands between backquotes in
one (`cms/boot/start.S`; a place in build/ is made, not committed, and is not looked for).
"""
import argparse
import os
import re
import sys

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:cms|docs|hidden-mem|isa|tests|tools|vliw-sim)/[\w./-]*)`")
ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "../.."))
SKIPPED = {"build", ".git"}


def pages(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(files):
            if name.endswith(".md"):
                yield os.path.join(folder, name)


def broken(root, page):
    text = open(page, encoding="utf-8").read()
    for match in LINK.finditer(text):
        if "://" not in match.group(1):
            yield match, os.path.join(os.path.dirname(page), match.group(1))
    for match in PATH.finditer(text):
        yield match, os.path.join(root, match.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=ROOT)
    args = parser.parse_args()

    found = 0
    for page in pages(args.root):
        text = open(page, encoding="utf-8").read()
        for match, target in broken(args.root, page):
            if not os.path.exists(target):
                line = text.count("\n", 0, match.start()) + 1
                print(f"{os.path.relpath(page, args.root)}:{line}: {match.group(1)} does not exist")
                found = 1
    return found


if __name__ == "__main__":
    sys.exit(main())
