"""The fields of dnsmasq's lines: tags, MACs, times, and what a dhcp-host says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ringboot.compat.importers.dnsmasq_options import octets_of
from ringboot.compat.importers.dnsmasq_text import Field, Line
from ringboot.compat.importers.values import CannotSay, is_number
from ringboot.leases.terms import INFINITE

SHORTEST = 120  # seconds: dnsmasq lends nothing for less
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
MAC = re.compile(r"(?:[0-9a-fA-F]{1,2}-)?(?:[0-9a-fA-F]{1,2}|\*)(?::(?:[0-9a-fA-F]{1,2}|\*)){5}")
TIME = re.compile(r"(\d{1,9})([smhdw]?)|infinite", re.IGNORECASE)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Host(NamedTuple):
    """What a dhcp-host says; `rest` is what cannot be said of one client."""

    tags: list[str]
    needs: list[str]
    macs: list[str]  # some of them patterns
    ids: list[bytes]
    address: str
    name: str
    rest: list[str]


def host_of(line: Line) -> Host:
    """Sort the fields of a dhcp-host."""
    tags, needs, fields = tags_of(line.fields)
    macs: list[str] = []
    ids: list[bytes] = []
    address, name = "", ""
    rest: list[str] = []
    for text in (each.text for each in fields):
        if MAC.fullmatch(text):
            macs.append(mac_glob(text))
        elif text.startswith("id:"):
            ids += [octets_of([Field(text[3:], False)])] if text != "id:*" else []
        elif ADDRESS.fullmatch(text):
            address = text
        elif text == "ignore" or text.startswith("[") or TIME.fullmatch(text):
            rest.append(text)
        else:
            name = text or name
    return Host(tags, needs, macs, ids, address, name, rest)


def tags_of(fields: Sequence[Field]) -> tuple[list[str], list[str], list[Field]]:
    """Take the tags that are set and those that are asked for from the other fields."""
    sets = [each.text[4:] for each in fields if each.text.startswith("set:")]
    needs = [each.text[4:] for each in fields if each.text.startswith("tag:")]
    needs += [each.text[4:] for each in fields if each.text.startswith("net:")]
    return sets, needs, [each for each in fields if not each.text.startswith(("set:", "tag:", "net:"))]


def seconds_of(text: str) -> int:
    """Read a lease time, in seconds."""
    found = TIME.fullmatch(text)
    if found is None or found[1] is None:
        return INFINITE
    return max(SHORTEST, min(int(found[1]) * _UNITS[found[2].lower()], INFINITE))


def mac_glob(text: str) -> str:
    """Write a MAC, or a pattern for one, as classes take it."""
    bare = text.partition("-")[2] or text
    return ":".join(part if part == "*" else part.zfill(2).lower() for part in bare.split(":"))


def sub_code_of(text: str) -> int:
    """Read the code of a sub-option; CannotSay."""
    if not is_number(text) or not 0 < int(text) < 255:
        raise CannotSay(f"{text:.20} is no code of a sub-option", "name it by its code")
    return int(text)
