"""JSON as Kea writes it: comments, commas before a closing bracket, includes; every value with its place."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ringboot.compat.importers.imported import BadSource, Place, read_source

DEEPEST = 64  # brackets within brackets
FILES = 32  # includes within includes

_SPACE = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_INCLUDE = re.compile(r'<\?include\s+"([^"\n]+)"\s*\?>')
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None}


class Node(NamedTuple):
    """A value and where it begins; what it holds is nodes again."""

    value: Any  # dict[str, Node] | list[Node] | str | int | float | bool | None
    place: Place

    def get(self, key: str) -> Node | None:
        """Give what an object holds under a key."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found if isinstance(found, Node) else None

    def items(self) -> Iterator[tuple[str, Node]]:
        """Give what an object holds; nothing of anything else."""
        yield from self.value.items() if isinstance(self.value, dict) else ()

    def rows(self) -> list[Node]:
        """Give what a list holds; BadSource when it is none."""
        if not isinstance(self.value, list):
            raise BadSource(self.place, "this is not a list", "put it in [ ]")
        return self.value

    def text(self) -> str:
        """Give a string; BadSource."""
        if not isinstance(self.value, str):
            raise BadSource(self.place, "this is not a string", 'put it in " "')
        return self.value

    def number(self) -> int:
        """Give a whole number that is not negative; BadSource."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise BadSource(self.place, "this is not a whole number", "write it with digits only")
        return self.value

    def flag(self) -> bool:
        """Give true or false; BadSource."""
        if not isinstance(self.value, bool):
            raise BadSource(self.place, "this is neither true nor false", "write one of them")
        return self.value


def read_json(path: Path) -> Node:
    """Read a file and what it includes; BadSource."""
    return parse_json(read_source(path), str(path))


def parse_json(text: str, name: str, above: int = 0) -> Node:
    """Read a text; `name` is what errors call it and where relative includes start."""
    return _Reader(text, name, above).whole()


class _Reader:
    def __init__(self, text: str, name: str, above: int) -> None:
        self._text = text
        self._name = name
        self._above = above  # files that include this one
        self._at = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def whole(self) -> Node:
        self._skip()
        piece = self._above and self._peek() == '"'  # of an object
        node = self._members(Node({}, self._place()), "", 0) if piece else self._value(0)
        self._skip()
        if self._above and self._peek() == ",":
            self._at += 1
            self._skip()
        if self._at < len(self._text):
            raise self._bad("something follows the end", "remove it")
        return node

    def _value(self, depth: int) -> Node:
        place, char = self._place(), self._peek()
        if depth > DEEPEST:
            raise self._bad(f"more than {DEEPEST} brackets within each other", "is it the right file?")
        if char == "{":
            self._at += 1
            return self._members(Node({}, place), "}", depth)
        if char == "[":
            self._at += 1
            return self._elements(Node([], place), depth)
        if char == '"':
            return Node(self._string(), place)
        included = _INCLUDE.match(self._text, self._at)
        if included:
            return self._include(included)
        number = _NUMBER.match(self._text, self._at)
        if number:
            self._at = number.end()
            return Node(float(number[0]) if set(number[0]) & set(".eE") else int(number[0]), place)
        for word, value in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return Node(value, place)
        raise self._bad("no value begins here", "look for a missing or superfluous bracket or comma")

    def _members(self, node: Node, end: str, depth: int) -> Node:
        while True:
            self._skip()
            included = _INCLUDE.match(self._text, self._at)
            if included:
                node.value.update(self._include(included).items())
            elif self._ends(end):
                return node
            else:
                place = self._place()
                if self._peek() != '"':
                    raise self._bad("no name in quotes begins here", f'write "name": value, or {end or "the end"}')
                key = self._string()
                self._skip()
                self._expect(":")
                self._skip()
                if key in node.value:
                    raise BadSource(place, f"{key!r} stands here twice", "remove one of them")
                node.value[key] = self._value(depth + 1)
            if self._is_last(end):
                return node

    def _elements(self, node: Node, depth: int) -> Node:
        while True:
            self._skip()
            if self._ends("]"):
                return node
            value = self._value(depth + 1)
            node.value.append(value)
            if self._is_last("]"):
                return node

    def _is_last(self, end: str) -> bool:
        """Step over a comma, or over the end."""
        self._skip()
        if self._ends(end):
            return True
        self._expect(",")
        return False

    def _ends(self, end: str) -> bool:
        if not end:
            return self._at >= len(self._text)
        if self._peek() != end:
            return False
        self._at += 1
        return True

    def _include(self, found: re.Match[str]) -> Node:
        if self._above >= FILES:
            raise self._bad(f"more than {FILES} files include each other", "does one include itself?")
        path = Path(self._name).parent / found[1]
        self._at = found.end()
        return parse_json(read_source(path), str(path), self._above + 1)

    def _string(self) -> str:
        found = _STRING.match(self._text, self._at)
        if found is None:
            raise self._bad("this string does not end on its line", 'close it with "')
        try:
            text = json.loads(found[0])
        except ValueError:
            raise self._bad("this string holds a wrong escape", "write \\\\ for a backslash") from None
        self._at = found.end()
        return str(text)

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        if self._text.startswith("/*", self._at):
            raise self._bad("this comment does not end", "close it with */")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _expect(self, char: str) -> None:
        if self._peek() != char:
            raise self._bad(f"{char!r} is missing here", "look for a missing comma, quote or bracket")
        self._at += 1

    def _place(self) -> Place:
        line = bisect_right(self._lines, self._at)
        return Place(self._name, line, self._at - self._lines[line - 1] + 1)

    def _bad(self, what: str, todo: str) -> BadSource:
        return BadSource(self._place(), what, todo)
