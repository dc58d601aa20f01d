"""The value of an option as a script gives it to octets, and octets to the value that a script reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ringboot.compat.staticdhcpd import conversion
from ringboot.compat.staticdhcpd.addresses import IPv4
from ringboot.compat.staticdhcpd.optionnames import (
    BOOL,
    BYTE,
    ENCODED,
    IP,
    IPS,
    LONG,
    NONE,
    SHORT,
    SHORTS,
    STRING,
    code_of,
    name_of,
    type_of,
)
from ringboot.compat.staticdhcpd.rfc import RFC
from ringboot.compat.staticdhcpd.text import Text

_WIDTH = {BYTE: 1, SHORT: 2, LONG: 4, IP: 4}


def octets_of(option: object, value: Any, *, validate: bool = True) -> bytes:
    """Write a value: of the option's own type, its octets, or an RFC object; ValueError, TypeError and LookupError.

    Without `validate` octets may be of any length.
    """
    code = code_of(option)
    kind = type_of(code)
    octets = _octets(kind, value)
    if octets is None:
        raise TypeError(f"{name_of(code)} ({code}) is of type {kind}, and {value!r} is not")
    if validate:
        fault = _fault(code, kind, len(octets))
        if fault:
            raise ValueError(f"{name_of(code)} ({code}) {fault}, and {value!r} makes {len(octets)}")
    return octets


def value_of(code: int, octets: bytes) -> Any:
    """Read octets as the option's type; the octets as numbers when they do not fit it."""
    read = _READ.get(type_of(code))
    try:
        return list(octets) if read is None else read(octets)
    except ValueError:
        return list(octets)


def _octets(kind: str, value: Any) -> bytes | None:
    if kind == NONE:
        return b""
    if isinstance(value, RFC):
        return bytes(value)
    if kind in (IP, IPS):
        return _addresses(value)
    if isinstance(value, str):
        return conversion.octets_of(value) if kind not in (BOOL, *_WIDTH, SHORTS) else None
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, int):  # bool is one
        width = {BOOL: 1, SHORTS: 2, STRING: 0}.get(kind, _WIDTH.get(kind, 1))
        return bytes((bool(value),)) if kind == BOOL else _number(value, width)
    if isinstance(value, Iterable):
        numbers = list(value)
        if all(isinstance(each, int) for each in numbers):
            wide = kind == SHORTS and any(each > 255 for each in numbers)
            return b"".join(_number(each, 2 if wide else 1) or b"" for each in numbers)
    return None


def _addresses(value: Any) -> bytes:
    if isinstance(value, list | tuple) and all(isinstance(each, int) and 0 <= each < 256 for each in value):
        return bytes(value)  # of a length that `_fault` judges
    return b"".join(bytes(address) for address in conversion.addresses_of(value))


def _number(number: int, width: int) -> bytes | None:
    if not width:
        return None
    try:
        return number.to_bytes(width, signed=number < 0)
    except OverflowError:
        raise ValueError(f"{number} does not fit into {width} octets") from None


def _fault(code: int, kind: str, size: int) -> str:
    if kind in _WIDTH or kind == BOOL:
        width = _WIDTH.get(kind, 1)
        return f"has {width} octets" if size != width else ""
    step = {IPS: 4, SHORTS: 2}.get(kind, 1)
    if size % step:
        return f"has {step} octets each"
    return "is never empty" if not size and kind != NONE and code != 68 else ""


def _one(read: Callable[[list[int]], Any], width: int) -> Callable[[bytes], Any]:
    def one(octets: bytes) -> Any:
        if len(octets) != width:
            raise ValueError(f"{len(octets)} octets, where {width} are expected")
        return read(list(octets))

    return one


_READ: dict[str, Callable[[bytes], Any]] = {
    IP: _one(conversion.listToIP, 4),
    IPS: lambda octets: conversion.listToIPs(list(octets)),
    BYTE: _one(conversion.listToInt, 1),
    BOOL: _one(lambda octets: bool(octets[0]), 1),
    SHORT: _one(conversion.listToInt, 2),
    SHORTS: lambda octets: conversion.listToInts(list(octets)),
    LONG: _one(conversion.listToLong, 4),
    STRING: Text,
    NONE: lambda _octets: True,
    ENCODED: list,
}


def address_or_none(octets: Iterable[int]) -> IPv4 | None:
    """Read four octets as an address; None when there are not four, or they are all zero."""
    numbers = list(octets)
    return IPv4(numbers) if len(numbers) == 4 and any(numbers) else None
