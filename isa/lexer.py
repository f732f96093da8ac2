"""From the text of a description to statements: comments, strings, `each` and its variables.

A statement is one line. Its words are separated by blanks; `key=value` and `"string"` are words,
too, and a string may hold anything but a quote. `each A=1,2 B=x,y {` ... `}` repeats the lines
inside once per column; lists split at commas outside parentheses, and blocks nest. `include "FILE"`
outside blocks stands for the lines of that file, which is looked for beside the one that names it.
"""

import os
import re

from errors import Mistake

WORD = re.compile(r'([A-Za-z_][A-Za-z_0-9]*)=(?:"([^"]*)"|([^\s"]*))|"([^"]*)"|([^\s"]+)')
INCLUDE = re.compile(r'include\s+"([^"]+)"$')
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_][A-Za-z_0-9]*))")


class Statement:
    """One line after expansion: plain words, what was written key=value, quoted text."""

    def __init__(self, where):
        self.where = where
        self.words = []
        self.keys = {}
        self.strings = []


def strip_comment(text):
    quoted = False
    for i, ch in enumerate(text):
        if ch == '"':
            quoted = not quoted
        elif ch == "#" and not quoted:
            return text[:i].strip()
    return text.strip()


def split_list(text):
    """Split at commas that stand outside parentheses."""
    parts, depth, start = [], 0, 0
    for i, ch in enumerate(text):
        if ch == "(":
            depth += 1
        elif ch == ")":
            depth -= 1
        elif ch == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


def substitute(text, env, where):
    def value(match):
        name = match.group(1) or match.group(2)
        if name not in env:
            raise Mistake(where, f"unknown variable ${name}")
        return env[name]

    return VARIABLE.sub(value, text)


def read_words(text, where):
    statement = Statement(where)
    pos = 0
    while pos < len(text):
        if text[pos].isspace():
            pos += 1
            continue
        match = WORD.match(text, pos)
        if not match or (match.end() < len(text) and not text[match.end()].isspace()):
            raise Mistake(where, f"can't read `{text[pos:]}`")
        key, quoted, plain, string, word = match.groups()
        if key is not None:
            if key in statement.keys:
                raise Mistake(where, f"`{key}=` is given twice")
            statement.keys[key] = quoted if quoted is not None else plain
        elif string is not None:
            statement.strings.append(string)
        else:
            statement.words.append(word)
        pos = match.end()
    return statement


class Expander:
    """Walks the lines, keeping the environment of the `each` blocks around them."""

    def __init__(self, path, text, report, depth=0):
        self.path = path
        self.depth = depth
        self.report = report
        self.lines = [strip_comment(line) for line in text.split("\n")]
        self.statements = []

    def where(self, index):
        return f"{self.path}:{index + 1}"

    def block_end(self, start):
        depth = 0
        for i in range(start, len(self.lines)):
            if self.lines[i].startswith("each ") and self.lines[i].endswith("{"):
                depth += 1
            elif self.lines[i] == "}":
                depth -= 1
                if depth == 0:
                    return i
        raise Mistake(self.where(start), "`each` has no closing `}`")

    def columns(self, index, env):
        where = self.where(index)
        head = read_words(substitute(self.lines[index][4:-1], env, where), where)
        if head.words or head.strings or not head.keys:
            raise Mistake(where, "expected: each NAME=value,value ... {")
        lists = {name: split_list(text) for name, text in head.keys.items()}
        counts = {len(values) for values in lists.values()}
        if len(counts) != 1:
            sizes = ", ".join(f"{name} has {len(values)}" for name, values in lists.items())
            raise Mistake(where, f"lists of `each` differ in length: {sizes}")
        for column in range(counts.pop()):
            yield {**env, **{name: values[column] for name, values in lists.items()}}

    def expand(self, start=0, end=None, env=None):
        """Append what these lines say; a mistake in the structure of blocks ends it."""
        end = len(self.lines) if end is None else end
        env = env or {}
        i = start
        while i < end:
            line = self.lines[i]
            if line.startswith("each ") or line == "each":
                if not line.endswith("{"):
                    raise Mistake(self.where(i), "`each` line must end with `{`")
                close = self.block_end(i)
                for inner in self.columns(i, env):
                    self.expand(i + 1, close, inner)
                i = close
            elif line == "}":
                raise Mistake(self.where(i), "`}` without `each`")
            elif line.startswith("include ") and not env:
                self.report.guard(self.include, i)
            elif line:
                statement = self.report.guard(self.one_line, i, env)
                if statement:
                    self.statements.append(statement)
            i += 1

    def include(self, index):
        where = self.where(index)
        match = INCLUDE.match(self.lines[index])
        if not match:
            raise Mistake(where, 'expected: include "FILE"')
        if self.depth == 8:
            raise Mistake(where, "files include each other too deeply")
        path = os.path.join(os.path.dirname(self.path), match.group(1))
        try:
            with open(path, encoding="utf-8") as f:
                text = f.read()
        except (OSError, UnicodeDecodeError):
            raise Mistake(where, f"can't read {match.group(1)}") from None
        inner = Expander(path, text, self.report, self.depth + 1)
        self.report.guard(inner.expand)
        self.statements += inner.statements

    def one_line(self, index, env):
        where = self.where(index)
        return read_words(substitute(self.lines[index], env, where), where)
