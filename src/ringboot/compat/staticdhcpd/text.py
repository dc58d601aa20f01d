"""Text that came in octets; it compares with either, because scripts were written when there was one kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Text(str):
    """The text of an option; `Text(b"PXEClient") == b"PXEClient"` holds as it does for "PXEClient"."""

    octets: bytes
    __slots__ = ("octets",)

    def __new__(cls, octets: bytes) -> Text:
        """Read octets as UTF-8 where they are, else each as one character."""
        try:
            made = super().__new__(cls, octets.decode())
        except UnicodeDecodeError:
            made = super().__new__(cls, octets.decode("latin-1"))
        made.octets = octets
        return made

    def __eq__(self, other: object) -> bool:
        return self.octets == other if isinstance(other, bytes | bytearray) else str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__  # the same as that of its octets, as long as they are ASCII

    def __bytes__(self) -> bytes:
        return self.octets

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Read the octets again, as a script does that expects octets."""
        return self.octets.decode(encoding, errors)


def _as_text(value: object) -> object:
    if isinstance(value, bytes | bytearray):
        return Text(bytes(value))
    return tuple(_as_text(each) for each in value) if isinstance(value, tuple) else value


def _either(name: str) -> Callable[..., Any]:
    method = getattr(str, name)

    def either(self: str, *args: object) -> Any:
        return method(self, *(_as_text(each) for each in args))

    either.__name__ = name
    return either


for _name in (
    *("__contains__", "__add__", "__lt__", "__le__", "__gt__", "__ge__", "startswith", "endswith", "find", "rfind"),
    *("index", "count", "split", "rsplit", "partition", "rpartition", "replace", "strip", "lstrip", "rstrip"),
    *("removeprefix", "removesuffix"),
):
    setattr(Text, _name, _either(_name))
