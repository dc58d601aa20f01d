"""File names with placeholders, such as "{mac}.cfg": checked, filled for one device, recognised in a request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ringboot.model.device import Device

MACS = ("mac", "MAC", "mac_dashes", "mac_hyphens", "mac_underscores")
PLACEHOLDERS = (*MACS, "model", "line", "serial", "id", "uuid")
OWN = (*MACS, "serial", "id", "uuid")  # these make a name one device's own
DISTINCT = (*MACS, "uuid")  # of these, those of a form that nothing else has

_HOLE = re.compile(r"\{([^{}]*)\}")
_PLAIN = re.compile(r"[A-Za-z0-9._ +@,=()#~-]+")  # what may stand between the slashes of a name
_FILLING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ +()-]{0,63}")  # what a device may put into a hole
_SHAPES = {
    "mac": "[0-9a-f]{12}",
    "MAC": "[0-9A-F]{12}",
    "mac_dashes": "[0-9A-F]{2}(?:-[0-9A-F]{2}){5}",
    "mac_hyphens": "[0-9a-f]{2}(?:-[0-9a-f]{2}){5}",
    "mac_underscores": "[0-9a-f]{2}(?:_[0-9a-f]{2}){5}",
    "model": "[^/]+?",
    "line": "[0-9]{1,3}",
    "serial": "[^/]+?",
    "id": "[^/]+?",
    "uuid": "[0-9A-Fa-f-]{32,36}",
}


def check(name: str) -> str | None:
    """Say what is wrong with a name as a manifest writes it, or None."""
    for hole in _HOLE.findall(name):
        if hole not in PLACEHOLDERS:
            return f"{{{hole}}} is no placeholder; there are {' '.join(f'{{{each}}}' for each in PLACEHOLDERS)}"
    for part in _HOLE.sub("x", name).split("/"):
        if part in ("", ".", "..") or not _PLAIN.fullmatch(part):
            return f"{name!r} is not a relative path of plain names"
    return None


def spellings(mac: str | None) -> dict[str, str | None]:
    """Write a MAC such as 00:08:5d:2e:ec:fb in each of the ways that names of files have it."""
    text = (mac or "").lower()
    ways = {"mac": text.replace(":", ""), "MAC": text.replace(":", "").upper()}
    ways |= {"mac_dashes": text.replace(":", "-").upper(), "mac_hyphens": text.replace(":", "-")}
    ways["mac_underscores"] = text.replace(":", "_")
    return {way: written or None for way, written in ways.items()}


def fillings(device: Device) -> dict[str, str | None]:
    """Give what a device puts into names of files; which line it is, its caller knows."""
    known = {"model": device.model, "serial": device.sn, "id": device.id, "uuid": device.uuid}
    return known | spellings(device.mac)


def fill(name: str, values: Mapping[str, str | None]) -> str | None:
    """Fill the holes; None when a value is absent or does not belong into a file name."""
    filled = name
    for hole in _HOLE.findall(name):
        value = values.get(hole)
        if not value or not _FILLING.fullmatch(value):
            return None
        filled = filled.replace(f"{{{hole}}}", value)
    return filled


def holes(name: str) -> list[str]:
    """Name the placeholders of a file name."""
    return _HOLE.findall(name)


@lru_cache(maxsize=1024)
def shape(name: str) -> re.Pattern[str]:
    """Compile what the filled name looks like; each placeholder is a group of that name."""
    pattern, seen = "", set()
    for place, piece in enumerate(_HOLE.split(name)):
        if place % 2 == 0:
            pattern += re.escape(piece)
        elif piece in seen:
            pattern += f"(?P={piece})"
        else:
            seen.add(piece)
            pattern += f"(?P<{piece}>{_SHAPES[piece]})"
    return re.compile(pattern)


def last(name: str) -> str:
    """Give the last component of a path."""
    return name.rpartition("/")[2]
