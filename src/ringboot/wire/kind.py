"""What a kind of value is: four verbs between octets, a Python value and its text form."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from ringboot.wire.reader import Malformed, Reader

V = TypeVar("V")

_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[:\-. ]?)*")
_LIST = re.compile(r"\s*,\s*|\s+")


class Kind(ABC, Generic[V]):
    """One kind of value; `example` is a text form that `parse` takes and `format` gives."""

    name: str
    example: str

    def decode(self, data: bytes) -> V:
        """Read a value that fills the octets; Malformed says where they do not fit."""
        reader = Reader(data)
        value = self.read(reader)
        reader.finish()
        return value

    @abstractmethod
    def read(self, reader: Reader) -> V:
        """Read a value and leave the reader behind it."""

    @abstractmethod
    def encode(self, value: V) -> bytes:
        """Write a value; ValueError when it does not fit the wire."""

    @abstractmethod
    def parse(self, text: str) -> V:
        """Read the text form; ValueError says what is wrong."""

    @abstractmethod
    def format(self, value: V) -> str:
        """Write the text form."""


def items(text: str) -> list[str]:
    """Split a list that is written with commas, blanks or both."""
    return _LIST.split(text.strip())


def hex_octets(text: str) -> bytes:
    """Read octets written in hexadecimal, bare or with : - . or blanks between them."""
    text = text.strip()
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} is not made of pairs of hexadecimal digits")
    return bytes.fromhex(re.sub(r"[:\-. ]", "", text))


def plain_text(octets: bytes, offset: int = 0) -> str:
    """Read octets as UTF-8 that can be printed; Malformed when they are something else."""
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        raise Malformed(offset + error.start, "not text") from None
    if not text.isprintable():
        raise Malformed(offset, "text with control characters")
    return text
