"""Options that an administrator names: a code that has no row, or a sub-option, with a name and a kind.

A value is turned into what needs no declaration to be sent (`plain`), so that only those who write and show it know it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringboot.dhcp.options import BY_CODE, canonical, encode_text, name_of, row_of
from ringboot.dhcp.rules import RESERVED
from ringboot.wire import kinds, names
from ringboot.wire.kind import Kind
from ringboot.wire.kinds import IP, IPS, OPAQUE, TEXT, U8, U16, U32
from ringboot.wire.subs import text_of

KINDS: dict[str, Kind[Any]] = {
    "text": TEXT,
    "opaque": OPAQUE,
    "octets": kinds.Opaque("hex:000102", shown=False),
    "ip": IP,
    "ips": IPS,
    "ip6": kinds.Ip6(),
    "u8": U8,
    "u16": U16,
    "u32": U32,
    "s32": kinds.Number(4, "-18000", signed=True),
    "u8-list": kinds.Many(U8, "u8-list", "1, 3, 6"),
    "u16-list": kinds.Many(U16, "u16-list", "6, 7"),
    "bool": kinds.Bool(),
    "flag": kinds.Nothing(),
    "name": names.NAME,
    "names": names.NAMES,
    "search": names.SEARCH,
    "routes": kinds.Routes(),
}
# How a text of the kind is written where nobody knows the kind; of the others the octets are written.
_PREFIX = {"text": "", "opaque": "", "ip": "ip:", "ips": "ip:", "u8": "u8:", "u16": "u16:", "u32": "u32:"}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Private:
    """One of them; `kind` is a key of KINDS."""

    key: str
    name: str
    kind: str


def declare(code: str, name: str, kind: str) -> Private:
    """Check a declaration; ValueError says what is wrong with the code or the name."""
    key = canonical(code)
    top, _, inner = key.partition(".")
    if int(top) in RESERVED:
        raise ValueError(f"option {top} ({name_of(top)}) is written by the server itself")
    if not inner and int(top) in BY_CODE and row_of(int(top)).kind is not OPAQUE:
        raise ValueError(f"option {top} is {name_of(top)} already")
    if inner and not name_of(key).endswith(f".{inner}"):
        raise ValueError(f"{key} is {name_of(key)} already")
    return Private(key, check_name(name), kind)


def check_name(name: str) -> str:
    """Give a name that no option has; ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: small letters, digits and dashes, a letter first")
    try:
        key = canonical(name)
    except ValueError:
        return name
    raise ValueError(f"{name!r} is option {key} already")


def find(rows: Iterable[Private], name: str) -> Private | None:
    """Give the one of this name."""
    word = name.strip().lower().replace("_", "-")
    return next((row for row in rows if row.name == word), None)


def octets_of(row: Private, text: str) -> bytes:
    """Turn a text form into octets; ValueError says what is wrong with it."""
    said = kinds.prefixed(text)
    kind = KINDS[row.kind]
    return encode_text(row.key, "hex:" + (kind.encode(kind.parse(text)) if said is None else said).hex())


def plain(row: Private, text: str, *, filled: str) -> str:
    """Give the text that any option of the key takes, with its placeholders; ValueError says what is wrong with it.

    `filled` is the text with something in place of each placeholder.
    """
    octets = octets_of(row, filled)
    if kinds.prefixed(filled) is not None:
        return text
    prefix = _PREFIX.get(row.kind)
    if prefix is not None:
        return prefix + text
    if text != filled:
        raise ValueError(f"a value of kind {row.kind} cannot hold a placeholder")
    return "hex:" + octets.hex()


def shown(rows: Iterable[Private], key: str, text: str) -> tuple[str, str]:
    """Give the name and the text of an option for a person to read, and to write again.

    A sub-option of 43 that several vendors name is shown as what it is: whose it is stands nowhere.
    """
    found = [row for row in rows if row.key == key]
    if len(found) != 1:
        return name_of(key), text
    [row] = found
    try:
        return row.name, text_of(KINDS[row.kind], encode_text(key, text))
    except ValueError:
        return row.name, text  # a placeholder that has no value here
