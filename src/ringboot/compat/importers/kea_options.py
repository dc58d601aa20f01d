"""Kea's option data and option definitions: keys and octets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from typing import NamedTuple

from ringboot.compat.importers.imported import Imported
from ringboot.compat.importers.json_text import Node
from ringboot.compat.importers.kea_keys import NAMES
from ringboot.compat.importers.values import CannotSay, check_code, encoded, is_number, written
from ringboot.dhcp import options as table
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.site import OptionTexts
from ringboot.wire import kinds, names
from ringboot.wire.kind import hex_octets

TOP, VENDOR = "dhcp4", "vendor-encapsulated-options-space"

# Kea's types that have a kind here, alone and as an array.
_KINDS = {
    "string": ("text", ""),
    "ipv4-address": ("ip", "ips"),
    "ipv6-address": ("ip6", ""),
    "uint8": ("u8", "u8-list"),
    "uint16": ("u16", "u16-list"),
    "uint32": ("u32", ""),
    "int32": ("s32", ""),
    "boolean": ("bool", ""),
    "empty": ("flag", ""),
    "fqdn": ("name", "names"),
    "binary": ("octets", ""),
}
_INTEGER = re.compile(r"(u?)int(8|16|32)")


class Definition(NamedTuple):
    """One option that the file defines."""

    code: int
    name: str
    type: str
    array: bool
    fields: tuple[str, ...]  # of a record
    encapsulates: str


class KeaOptions:
    """The options of a file, by its definitions."""

    def __init__(self, found: Imported) -> None:
        self._found = found
        self._by_name: dict[tuple[str, str], Definition] = {}
        self._by_code: dict[tuple[str, int], Definition] = {}
        self._parents = {VENDOR: 43}  # space -> the option that holds it

    def define(self, rows: Node | None) -> None:
        """Learn definitions."""
        for row in rows.rows() if rows else ():
            values = {key: node.value for key, node in row.items()}
            code, space = _number(values.get("code")), str(values.get("space", TOP))
            fields = tuple(part.strip() for part in str(values.get("record-types", "")).split(",") if part.strip())
            made = Definition(
                code, str(values.get("name", "")), str(values.get("type", "")), values.get("array") is True, fields,
                str(values.get("encapsulate", "")),
            )  # fmt: skip
            self._by_name[space, made.name] = self._by_code[space, code] = made
            if made.encapsulates and space == TOP:
                self._parents[made.encapsulates] = code

    def read(self, rows: Node | None, where: str) -> OptionTexts:
        """Give the options of a list; what cannot be said is noted."""
        texts: OptionTexts = {}
        given = rows.rows() if rows else []
        holders = {self._holder(row) for row in given}
        for row in given:
            label = _label(row)
            try:
                key, text = self._one(row, holders)
            except CannotSay as error:
                self._found.drop(row.place, f"option {label} of {where}", error.why, error.instead)
                continue
            if text is not None:
                texts[key] = text
            never = row.get("never-send")
            if never is not None and never.value is True:
                texts.pop(key, None)
                self._found.drop(
                    row.place, f"never-send of option {label} of {where}", "an option cannot be held back",
                    "give it only where it is wanted",
                )  # fmt: skip
        return texts

    def _holder(self, row: Node) -> int | None:
        """Give the code when this is an option of the top space."""
        if _word(row, "space", TOP) != TOP:
            return None
        try:
            return self._code(row, TOP)
        except CannotSay:
            return None

    def _one(self, row: Node, holders: set[int | None]) -> tuple[str, str | None]:
        space = _word(row, "space", TOP)
        code = self._code(row, space)
        if space == TOP:
            key = str(check_code(code))
        elif space in self._parents:
            parent = self._parents[space]
            key = f"{check_code(parent)}.{code}"
            if parent not in holders:
                raise CannotSay(
                    f"Kea itself does not send it: option {parent}, which holds it, does not stand beside it",
                    f'give "{key}" where clients want it',
                )
            try:
                table.canonical(key)
            except ValueError as error:
                raise CannotSay(str(error), "write the whole option as hex:..") from None
        else:
            raise CannotSay(
                f"the space {space} is no part of an option that is known here", "write the whole option as hex:.."
            )
        data, csv = row.get("data"), row.get("csv-format")
        defined = self._by_code.get((space, code))
        holds_more = space == TOP and code in self._parents.values()
        if data is None or data.value == "":
            if holds_more:
                return key, None  # its sub-options make it
            return key, encoded(key, "") if space == TOP else written(key, b"")
        text = data.text()
        known = defined is not None or (space == TOP and code in table.BY_CODE)
        if not (known if csv is None else csv.flag()):
            return key, written(key, binary(text))
        if defined is None:
            return key, _standard(key, text)
        octets = _octets(defined, text)
        self._found.declare(key, defined.name, _KINDS.get(defined.type, ("", ""))[defined.array])
        return key, written(key, octets)

    def code_of(self, name: str, space: str = TOP) -> int:
        """Give the code of an option by Kea's name for it; CannotSay."""
        made = self._by_name.get((space, name))
        if made is not None:
            return made.code
        if space == TOP and name in NAMES:
            return NAMES[name]
        if space == TOP and not is_number(name):
            try:
                return int(table.canonical(name))
            except ValueError as error:
                raise CannotSay(str(error), "name it by its code") from None
        raise CannotSay(f"no option is called {name!r} in the space {space}", "name it by its code")

    def _code(self, row: Node, space: str) -> int:
        code = row.get("code")
        return self.code_of(_word(row, "name", ""), space) if code is None else code.number()


def _standard(key: str, text: str) -> str:
    """Read the value of an option that everybody knows, as Kea writes it."""
    kind = table.row_of(int(key.partition(".")[0])).kind
    if isinstance(kind, kinds.Text):
        return written(key, text.replace("\\,", ",").encode())
    if isinstance(kind, kinds.Opaque):
        return written(key, binary(text))
    if isinstance(kind, kinds.Routes):
        text = text.replace(" - ", " via ")
    return encoded(key, text)


def binary(text: str) -> bytes:
    """Read octets: pairs of hexadecimal digits, or text in quotes; CannotSay."""
    quoted = re.fullmatch(r"'(.*)'", text, re.DOTALL)
    if quoted:
        return quoted[1].encode()
    bare = text[2:] if text[:2] in ("0x", "0X") else text
    try:
        return hex_octets(bare if len(bare) % 2 == 0 or ":" in bare else f"0{bare}")
    except ValueError as error:
        raise CannotSay(str(error), "write pairs of hexadecimal digits") from None


def _octets(defined: Definition, text: str) -> bytes:
    """Encode a value by its definition."""
    if defined.type == "string" and not defined.array:
        return text.replace("\\,", ",").encode()
    parts = [part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text)]
    types: Iterable[str] = [defined.type]
    if defined.type == "record":
        types = [*defined.fields, *[defined.fields[-1]] * (len(parts) - len(defined.fields))] if defined.fields else ()
    elif defined.array:
        types = [defined.type] * len(parts)
    try:
        return b"".join(_field(kind, part) for kind, part in zip(types, parts, strict=True))
    except (ValueError, OverflowError) as error:
        raise CannotSay(f"{text!r} does not fit its definition: {error}", "correct one of them") from None


def _field(kind: str, text: str) -> bytes:
    integer = _INTEGER.fullmatch(kind)
    if integer:
        return int(text, 0).to_bytes(int(integer[2]) // 8, "big", signed=not integer[1])
    match kind:
        case "ipv4-address":
            return ip_wire(ip_number(text))
        case "ipv6-address":
            return IPv6Address(text).packed
        case "boolean":
            return kinds.Bool().encode(kinds.Bool().parse(text))
        case "string":
            return text.encode()
        case "binary":
            return binary(text)
        case "fqdn":
            return names.NAME.encode(names.NAME.parse(text))
        case "empty":
            return b""
    raise ValueError(f"the type {kind} is not known here")


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _word(row: Node, key: str, default: str) -> str:
    node = row.get(key)
    return default if node is None else node.text()


def _label(row: Node) -> str:
    for key in ("name", "code"):
        node = row.get(key)
        if node is not None:
            return str(node.value)
    return "without a name"
