"""Which line of a TOML text holds which key: what turns "lines: not a number" into "plugin.toml, line 31"."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping

Path = tuple[str | int, ...]

_SPACE = " \t\r\n"
_ENDS = ",]}#\n"  # what ends a bare value


def lines_of(text: str) -> dict[Path, int]:
    """Map the path of every table, key and list element to its line (from 1); the text must be valid TOML."""
    return _Scanner(text.replace("\r\n", "\n")).document()


def line_at(lines: Mapping[Path, int], path: Path) -> int:
    """Give the line of a path, or of the nearest thing around it that stands in the text."""
    for size in range(len(path), 0, -1):
        line = lines.get(path[:size])
        if line is not None:
            return line
    return 1


class _Scanner:
    """Walks over a text that tomllib has accepted; it only has to find where things begin and end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [place for place, char in enumerate(text) if char == "\n"]
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # arrays of tables: how many elements so far

    def document(self) -> dict[Path, int]:
        """Read the whole text."""
        table: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.blank()
        return self.lines

    def note(self, path: Path, line: int) -> None:
        """Record a path and those around it, unless they have a line already."""
        for size in range(len(path), 0, -1):
            self.lines.setdefault(path[:size], line)

    def line(self) -> int:
        """Give the line of the present place."""
        return bisect_right(self.breaks, self.at - 1) + 1

    def blank(self) -> None:
        """Step over blanks, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in _SPACE:
                self.at += 1
            else:
                return

    def header(self) -> Path:
        """Read [a.b] or [[a.b]] and give the path of the table that it opens."""
        line = self.line()
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        names = self.key()
        self.at += 2 if many else 1
        path: Path = ()
        for place, name in enumerate(names):
            path = (*path, name)
            if many and place == len(names) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
        self.note(path, line)
        return path

    def pair(self, table: Path) -> None:
        """Read key = value."""
        line = self.line()
        path = (*table, *self.key())
        self.note(path, line)
        self.at += 1  # the sign "="
        self.value(path)

    def key(self) -> list[str]:
        """Read a dotted key up to what follows it."""
        parts = []
        while True:
            self.blank()
            start = self.at
            if self.text[start] in "\"'":
                self.string()
            else:
                while self.text[self.at] not in " \t.=]":
                    self.at += 1
            raw = self.text[start : self.at]
            parts.append(str(tomllib.loads(f"k = {raw}")["k"]) if raw[0] in "\"'" else raw)
            self.blank()
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def value(self, path: Path) -> None:
        """Step over a value, noting what lies inside."""
        self.blank()
        char = self.text[self.at]
        if char in "\"'":
            self.string()
        elif char == "[":
            self.array(path)
        elif char == "{":
            self.inline(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _ENDS:
                self.at += 1

    def string(self) -> None:
        """Step over any of the four kinds of string."""
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            quote *= 3
        self.at += len(quote)
        while not self.text.startswith(quote, self.at):
            self.at += 2 if self.text[self.at] == "\\" and quote[0] == '"' else 1
        self.at += len(quote)
        while len(quote) == 3 and self.at < len(self.text) and self.text[self.at] == quote[0]:
            self.at += 1  # up to two more quotes may belong to the text

    def array(self, path: Path) -> None:
        """Step over a list, noting each element."""
        self.at += 1
        place = 0
        self.blank()
        while self.text[self.at] != "]":
            self.note((*path, place), self.line())
            self.value((*path, place))
            place += 1
            self.blank()
            if self.text[self.at] == ",":
                self.at += 1
                self.blank()
        self.at += 1

    def inline(self, path: Path) -> None:
        """Step over an inline table, noting its keys."""
        self.at += 1
        self.blank()
        while self.text[self.at] != "}":
            self.pair(path)
            self.blank()
            if self.text[self.at] == ",":
                self.at += 1
                self.blank()
        self.at += 1
