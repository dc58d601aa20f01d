"""The rows of a space of sub-options: which code has which name and kind, and the texts that follow from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple

from ringboot.wire.kind import Kind
from ringboot.wire.kinds import OPAQUE, TEXT, octets_text, prefixed, shielded
from ringboot.wire.reader import Malformed


class Sub(NamedTuple):
    """One row; `rfc` is number and section."""

    code: int
    name: str
    kind: Kind[Any]
    rfc: str


class Subs:
    """The rows of one space; a code without a row is called by its number and holds text or octets."""

    def __init__(self, rows: Iterable[Sub] = ()) -> None:
        self.rows = tuple(rows)
        self._by_code = {row.code: row for row in self.rows}
        self._by_name = {row.name: row for row in self.rows}
        # In a space without names, a word with a = behind it is as good a text as any.
        self.word = r"[0-9a-z][0-9a-z-]{0,40}" if self.rows else r"\d{1,10}"

    def code(self, word: str) -> int:
        """Read a name or a number; ValueError."""
        word = word.strip().lower().replace("_", "-")
        if re.fullmatch(r"[0-9]{1,10}", word):
            return int(word)
        row = self._by_name.get(word)
        if row is None:
            close = get_close_matches(word, self._by_name, 1)
            raise ValueError(f"no sub-option is called {word!r}" + (f"; did you mean {close[0]}?" if close else ""))
        return row.code

    def name(self, code: int) -> str:
        """Give the name of a code, else the number."""
        row = self._by_code.get(code)
        return str(code) if row is None else row.name

    def octets(self, code: int, text: str) -> bytes:
        """Turn a text form into octets; ValueError says what is wrong with it."""
        octets = prefixed(text)
        if octets is None:
            kind = self._kind(code)
            octets = kind.encode(kind.parse(text))
        return octets

    def text(self, code: int, octets: bytes) -> str:
        """Turn octets into the text form of the code, or hex:.. where that would not give them back."""
        text = text_of(self._kind(code), octets)
        try:
            same = self.octets(code, text) == octets
        except ValueError:
            same = False
        return text if same else "hex:" + octets.hex()

    def _kind(self, code: int) -> Kind[Any]:
        row = self._by_code.get(code)
        return OPAQUE if row is None else row.kind


def text_of(kind: Kind[Any], octets: bytes) -> str:
    """Turn octets into a text form of the kind, or hex:.. when they do not fit it."""
    if kind is OPAQUE:
        return octets_text(octets)
    try:
        text = kind.format(kind.decode(octets))
    except Malformed:
        return "hex:" + octets.hex()
    if kind is TEXT:
        return shielded(text)
    return text if shielded(text) == text else "hex:" + octets.hex()  # a name that begins as a prefix does


NO_SUBS = Subs()
