"""The language of dhcpd.conf and dhcpd.leases: tokens, statements and blocks, with their places."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from ringboot.compat.importers.imported import BadSource, Place, read_source

DEEPEST = 64  # blocks within blocks
FILES = 32  # includes within includes

_TOKEN = re.compile(
    r"(?P<space>\s+|\#[^\n]*)"
    r'|"(?P<string>(?:[^"\\]|\\.)*)"'
    r"|(?P<sign>[{};,=()!~]=?)"
    r'|(?P<word>[^\s{};,=()!~"#]+)',
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b"}


class Token(NamedTuple):
    """A word, a sign, or a string without its quotes: one character for each octet when it is one."""

    text: str
    is_string: bool
    place: Place


class Statement(NamedTuple):
    """What stands before a semicolon or a block; `block` is None without one."""

    words: tuple[Token, ...]
    block: tuple[Statement, ...] | None
    place: Place

    @property
    def texts(self) -> tuple[str, ...]:
        """Give the words without their places; those outside of quotes in lower case where they are keywords."""
        return tuple(each.text for each in self.words)

    def begins(self, *words: str) -> bool:
        """Tell whether it begins with these keywords."""
        return tuple(text.lower() for text in self.texts[: len(words)]) == words

    def __str__(self) -> str:
        """Write it shortened, as it stood."""
        text = " ".join(f'"{each.text}"' if each.is_string else each.text for each in self.words)
        return f"{text:.60}"


def read_isc(path: Path) -> tuple[Statement, ...]:
    """Read a file and what it includes; BadSource."""
    return parse_isc(read_source(path), str(path))


def parse_isc(text: str, name: str, above: int = 0) -> tuple[Statement, ...]:
    """Read a text; `name` is what errors call it and where relative includes start."""
    return _Parser(text, name, above).whole()


class _Parser:
    def __init__(self, text: str, name: str, above: int) -> None:
        self._name, self._above = name, above
        self._tokens = _tokens(text, name)
        self._next = 0
        line = text.count("\n") + 1
        self._end = Place(name, line, len(text) - (text.rfind("\n") + 1) + 1)

    def whole(self) -> tuple[Statement, ...]:
        found = self._statements(0)
        if self._next < len(self._tokens):
            raise BadSource(self._tokens[self._next].place, "this } closes nothing", "remove it, or open a block")
        return found

    def _statements(self, depth: int) -> tuple[Statement, ...]:
        if depth > DEEPEST:
            raise BadSource(self._here(), f"more than {DEEPEST} blocks within each other", "is it the right file?")
        found: list[Statement] = []
        while self._next < len(self._tokens) and not self._is("}"):
            if self._is(";"):
                self._next += 1
                continue
            made = self._statement(depth)
            found += self._included(made) if made.begins("include") and made.block is None else [made]
        return tuple(found)

    def _statement(self, depth: int) -> Statement:
        words: list[Token] = []
        place = self._here()
        while True:
            if self._next >= len(self._tokens) or self._is("}"):
                raise BadSource(self._here(), f"a semicolon is missing behind {_last(words)}", "write ; before it")
            if self._is(";"):
                self._next += 1
                return Statement(tuple(words), None, place)
            if self._is("{"):
                if words and words[-1].text in ("=", "of") and not words[-1].is_string:
                    self._record(words)  # the fields of an option's definition
                    continue
                self._next += 1
                block = self._statements(depth + 1)
                if not self._is("}"):
                    raise BadSource(place, f"the block of {_last(words)} is never closed", "write } where it ends")
                self._next += 1
                return Statement(tuple(words), block, place)
            words.append(self._tokens[self._next])
            self._next += 1

    def _record(self, words: list[Token]) -> None:
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            words.append(token)
            self._next += 1
            if token.text == "}" and not token.is_string:
                return

    def _included(self, made: Statement) -> tuple[Statement, ...]:
        if len(made.words) != 2:
            raise BadSource(made.place, "a file is missing", 'write include "file";')
        if self._above >= FILES:
            raise BadSource(made.place, f"more than {FILES} files include each other", "does one include itself?")
        path = Path(self._name).parent / made.words[1].text
        return parse_isc(read_source(path), str(path), self._above + 1)

    def _is(self, sign: str) -> bool:
        return (
            self._next < len(self._tokens)
            and self._tokens[self._next].text == sign
            and not self._tokens[self._next].is_string
        )

    def _here(self) -> Place:
        return self._tokens[self._next].place if self._next < len(self._tokens) else self._end


def _last(words: list[Token]) -> str:
    return f"{words[-1].text!r:.40}" if words else "nothing"


def _tokens(text: str, name: str) -> list[Token]:
    found: list[Token] = []
    at, line, start = 0, 1, 0
    while at < len(text):
        place = Place(name, line, at - start + 1)
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadSource(place, "this string is never closed", 'close it with "')
        if match["string"] is not None:
            found.append(Token(_unescaped(match["string"]), True, place))
        elif match["space"] is None:
            found.append(Token(match[0], False, place))
        newlines = match[0].count("\n")
        if newlines:
            line += newlines
            start = at + match[0].rfind("\n") + 1
        at = match.end()
    return found


def _unescaped(text: str) -> str:
    """Take the escapes out; what is not ASCII becomes its octets, one character each."""
    plain = text.encode().decode("latin-1")
    return _ESCAPE.sub(_escape, plain) if "\\" in plain else plain


def _escape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 8) & 255)
    if found[2]:
        return chr(int(found[2], 16))
    return _LETTERS.get(found[3], found[3])
