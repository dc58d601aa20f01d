"""What a device's certificate proves: the MAC that its subject holds, when a CA of its brand signed it."""

from __future__ import annotations

import re
from typing import NamedTuple

from ringboot.fleet.books import Books
from ringboot.fleet.world import World, brand_of
from ringboot.model.address import norm_mac
from ringboot.model.device import Device
from ringboot.model.file import Certificate
from ringboot.plugins.identify import Identity

_BARE = re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])")
_PARTED = re.compile(
    r"(?<![0-9a-f])(?<![0-9a-f]{2}[:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![:-]?[0-9a-f])"
)


class Verdict(NamedTuple):
    """A MAC that is proven, or why none is; neither without a certificate."""

    mac: str | None = None
    doubt: str = ""


def named_mac(names: tuple[str, ...]) -> str | None:
    """Give the MAC in the first name that holds one, in any spelling; None when that name holds two."""
    for name in names:
        text = name.lower()
        found = {norm_mac(each[0]) for rule in (_BARE, _PARTED) for each in rule.finditer(text)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def judge(books: Books, world: World, shown: Certificate | None, identity: Identity | None) -> Verdict:
    """Judge a certificate that a device showed; a CA speaks for its own brand only."""
    if shown is None:
        return Verdict()
    if shown.fault:
        return Verdict(doubt=shown.fault)
    mac = named_mac(shown.names)
    if mac is None:
        return Verdict(doubt="its subject holds no MAC")
    known = books.devices.find("mac", mac)
    brand = _brand(world, known[0]) if known else None
    brand = brand or (identity.brand if identity is not None else None)
    if brand is not None and brand != shown.brand:
        return Verdict(doubt=f"its CA signs for {shown.brand}, and {mac} is of {brand}")
    return Verdict(mac)


def _brand(world: World, device: Device) -> str | None:
    manifest = world.plugins.get(device.plugin) if device.plugin is not None else None
    return manifest.name if manifest is not None else brand_of(world, device.vendor)
