"""Where each key of a TOML text stands: path -> line, for errors that name the line.

The text must have passed tomllib before: what is no TOML is not looked for here again (TOML 1.0).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]  # keys, and the places in lists

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[Path, int]:
    """Map the path of every table, key and list item to its line, counted from 1."""
    return _Scanner(text).scan()


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Give the line of a path, else of what it would stand in; None when nothing of it is there."""
    for size in range(len(path), 0, -1):
        line = lines.get(path[:size])
        if line is not None:
            return line
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._last: dict[Path, int] = {}  # arrays of tables: the index of the newest

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank() < len(self._text):
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._text[self._at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
        return self._lines

    def _skip_blank(self) -> int:
        match = _BLANK.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return self._at

    def _take(self, mark: str) -> bool:
        self._skip_blank()
        if self._text.startswith(mark, self._at):
            self._at += len(mark)
            return True
        return False

    def _note(self, path: Path) -> None:
        line = bisect_right(self._ends, self._at - 1) + 1
        for size in range(1, len(path) + 1):
            self._lines.setdefault(path[:size], line)

    def _header(self, brackets: int) -> Path:
        self._at += brackets
        keys = self._keys()
        path: Path = ()
        for key in keys[:-1]:
            path = self._inside((*path, key))
        path = (*path, keys[-1])
        if brackets == 2:
            self._last[path] = self._last.get(path, -1) + 1
            path = (*path, self._last[path])
        self._note(path)
        self._take("]" * brackets)
        return path

    def _inside(self, path: Path) -> Path:
        return (*path, self._last[path]) if path in self._last else path

    def _keys(self) -> Path:
        keys = [self._key()]
        while self._take("."):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> str:
        self._skip_blank()
        bare = _BARE.match(self._text, self._at)
        if bare is not None:
            self._at = bare.end()
            return bare.group()
        quoted = _STRING.match(self._text, self._at)
        if quoted is None:
            raise ValueError(f"no key at octet {self._at}: the text did not pass tomllib")
        self._at = quoted.end()
        return str(tomllib.loads(f"key = {quoted.group()}")["key"])

    def _pair(self, table: Path) -> None:
        path = (*table, *self._keys())
        self._note(path)
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        self._note(path)
        string = _STRING.match(self._text, self._at)
        if string is not None:
            self._at = string.end()
        elif self._take("["):
            self._items(path)
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        else:
            scalar = _SCALAR.match(self._text, self._at)
            self._at = scalar.end() if scalar is not None else len(self._text)

    def _items(self, path: Path) -> None:
        place = 0
        while not self._take("]"):
            self._value((*path, place))
            self._take(",")
            place += 1
