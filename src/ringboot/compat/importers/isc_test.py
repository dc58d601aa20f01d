"""The conditions of dhcpd.conf's classes, as far as patterns can say them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.expression import TODO, Reader
from ringboot.compat.importers.isc_options import octets_of
from ringboot.compat.importers.isc_text import Token
from ringboot.compat.importers.values import CannotSay, is_number

_HARDWARE = "hardware"  # its first octet is the kind of hardware

KeyOf = Callable[[str], tuple[str, str]]


class Source(NamedTuple):
    """What is looked at: "hardware" or the key of an option, and which part of it (None: all)."""

    key: str
    part: tuple[int, int] | None = None


def read_if(tokens: Sequence[Token], key_of: KeyOf) -> Condition:
    """Read what follows `match if`; CannotSay."""
    return _Reader(tokens, key_of).whole()


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
                raise CannotSay("only Ethernet is told apart by hardware addresses", TODO)
            octets, start = octets[1:], 1
        if start != 1:
            raise CannotSay("only the beginning of a field can be asked for", TODO)
        return condition.begins("mac", octets[:6])
    if start:
        raise CannotSay("only the beginning of a field can be asked for", 'write a pattern such as "*part*"')
    return condition.equals(source.key, octets) if is_whole else condition.begins(source.key, octets)


class _Reader(Reader[Token]):
    def __init__(self, tokens: Sequence[Token], key_of: KeyOf) -> None:
        super().__init__(tokens)
        self._key_of = key_of

    def word(self, token: Token) -> str:
        return "" if token.is_string else token.text.lower()

    def text(self, token: Token) -> str:
        return token.text

    def one(self) -> Condition:
        if self.peek() in ("not", "known"):
            raise CannotSay(f'"{self.peek()}" cannot be said by patterns', "give the options to everybody else")
        if self.took("exists"):
            return condition.exists(self._option(self.take().text))
        left = self._constant()
        source = self.source() if left is None else None
        sign = self.take().text
        if sign != "=":
            raise CannotSay(f"{sign} cannot be said by patterns", TODO)
        if source is None:
            source = self.source()
        else:
            left = self._constant()
        if left is None:
            raise CannotSay("a field is compared with no constant", TODO)
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
                raise CannotSay("a part of a part cannot be asked for", TODO)
            return Source(inner.key, (start, size))
        if self.took(_HARDWARE):
            return Source(_HARDWARE)
        if self.took("option"):
            return Source(self._option(self.take().text))
        raise CannotSay(f"{self.peek() or 'the end'} is not understood here", TODO)

    def _option(self, name: str) -> str:
        space, key = self._key_of(name)
        if space not in ("dhcp", "agent"):
            raise CannotSay(f"options of the space {space} cannot be asked for", TODO)
        return key

    def _constant(self) -> bytes | None:
        token = self.next()
        octets = None if token is None else octets_of(token)
        if octets is not None:
            self.take()
        return octets

    def _number(self) -> int:
        text = self.take().text
        if not is_number(text) or len(text) > 4:
            raise CannotSay(f"{text} is no number", "correct it")
        return int(text)
