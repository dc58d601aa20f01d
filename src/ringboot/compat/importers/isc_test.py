"""The conditions of dhcpd.conf's classes, as far as patterns can say them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.isc_options import octets_of
from ringboot.compat.importers.isc_text import Token
from ringboot.compat.importers.values import CannotSay

_TODO = "write a class that says it by patterns"
_HARDWARE = "hardware"  # its first octet is the kind of hardware
DEEPEST = 32

KeyOf = Callable[[str], tuple[str, str]]


class Source(NamedTuple):
    """What is looked at: "hardware" or the key of an option, and which part of it (None: all)."""

    key: str
    part: tuple[int, int] | None = None


def read_if(tokens: Sequence[Token], key_of: KeyOf) -> Condition:
    """Read what follows `match if`; CannotSay."""
    reader = _Reader(tokens, key_of)
    found = reader.any(0)
    reader.end()
    return found


def read_match(tokens: Sequence[Token], key_of: KeyOf) -> list[Source]:
    """Read what follows `match`: what subclasses give a value of, the first that is there; CannotSay."""
    reader = _Reader(tokens, key_of)
    if reader.took("pick-first-value"):
        reader.need("(")
        found = [reader.source()]
        while reader.took(","):
            found.append(reader.source())
        reader.need(")")
    else:
        found = [reader.source()]
    reader.end()
    return found


def compared(source: Source, octets: bytes) -> Condition:
    """Ask for this value of a source; CannotSay."""
    start, size = source.part or (0, len(octets))
    is_whole = source.part is None or len(octets) < size
    if len(octets) > size:
        raise CannotSay(f"{size} octets never equal {len(octets)}", "correct the length")
    if source.key == _HARDWARE:
        if start == 0:
            if octets[:1] != b"\x01":
                raise CannotSay("only Ethernet is told apart by hardware addresses", _TODO)
            octets, start = octets[1:], 1
        if start != 1:
            raise CannotSay("only the beginning of a field can be asked for", _TODO)
        return condition.begins("mac", octets[:6])
    if start:
        raise CannotSay("only the beginning of a field can be asked for", 'write a pattern such as "*part*"')
    return condition.equals(source.key, octets) if is_whole else condition.begins(source.key, octets)


class _Reader:
    def __init__(self, tokens: Sequence[Token], key_of: KeyOf) -> None:
        self._tokens, self._key_of, self._next = tokens, key_of, 0

    def any(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise CannotSay("there are too many brackets", _TODO)
        found = self._all(depth)
        while self.took("or"):
            found = condition.either(found, self._all(depth))
        return found

    def _all(self, depth: int) -> Condition:
        found = self._one(depth)
        while self.took("and"):
            found = condition.both(found, self._one(depth))
        return found

    def _one(self, depth: int) -> Condition:
        if self._peek() in ("not", "known"):
            raise CannotSay(f'"{self._peek()}" cannot be said by patterns', "give the options to everybody else")
        if self.took("exists"):
            return condition.exists(self._option(self._take().text))
        if self.took("("):
            found = self.any(depth + 1)
            self.need(")")
            return found
        left = self._constant()
        source = self.source() if left is None else None
        sign = self._take().text
        if sign != "=":
            raise CannotSay(f"{sign} cannot be said by patterns", _TODO)
        if source is None:
            source = self.source()
        else:
            left = self._constant()
        if left is None:
            raise CannotSay("a field is compared with no constant", _TODO)
        return compared(source, left)

    def source(self) -> Source:
        """Read an option, the hardware address, or the beginning of one of them."""
        if self.took("substring"):
            self.need("(")
            inner = self.source()
            self.need(",")
            start = self._number()
            self.need(",")
            size = self._number()
            self.need(")")
            if inner.part is not None:
                raise CannotSay("a part of a part cannot be asked for", _TODO)
            return Source(inner.key, (start, size))
        if self.took(_HARDWARE):
            return Source(_HARDWARE)
        if self.took("option"):
            return Source(self._option(self._take().text))
        raise CannotSay(f"{self._peek() or 'the end'} is not understood here", _TODO)

    def _option(self, name: str) -> str:
        space, key = self._key_of(name)
        if space not in ("dhcp", "agent"):
            raise CannotSay(f"options of the space {space} cannot be asked for", _TODO)
        return key

    def _constant(self) -> bytes | None:
        if self._next >= len(self._tokens):
            return None
        octets = octets_of(self._tokens[self._next])
        if octets is not None:
            self._next += 1
        return octets

    def _number(self) -> int:
        text = self._take().text
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            raise CannotSay(f"{text} is no number", "correct it")
        return int(text)

    def _peek(self) -> str:
        if self._next >= len(self._tokens) or self._tokens[self._next].is_string:
            return ""
        return self._tokens[self._next].text.lower()

    def _take(self) -> Token:
        if self._next >= len(self._tokens):
            raise CannotSay("the condition ends too early", "correct it")
        self._next += 1
        return self._tokens[self._next - 1]

    def took(self, word: str) -> bool:
        """Step over a word, if it stands here."""
        if self._peek() != word:
            return False
        self._next += 1
        return True

    def need(self, word: str) -> None:
        """Step over a word that must stand here."""
        if not self.took(word):
            raise CannotSay(f"{word} is missing before {self._peek() or 'the end'}", _TODO)

    def end(self) -> None:
        """See that nothing follows."""
        if self._next < len(self._tokens):
            raise CannotSay(f"{self._tokens[self._next].text:.40} is not understood here", _TODO)
