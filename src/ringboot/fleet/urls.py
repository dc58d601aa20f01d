"""Secret URLs: a word of its own for each device, which opens its files from anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from ringboot import reasons
from ringboot.fleet import devices
from ringboot.fleet.books import Books
from ringboot.fleet.world import World
from ringboot.model.device import Device
from ringboot.model.event import Event

LENGTH = 32  # letters and digits: 190 bits
SLICE = 1000  # devices looked at in one step
FOLDER = "s"  # where they begin: /s/<word>/...


def digest_of(word: str) -> str:
    """Give what a word is known by where it is only compared."""
    return sha256(word.encode("latin-1", "replace")).hexdigest()


def word_of(books: Books, world: World, device: Device, *, renew: bool, who: str, utc: float) -> str:
    """Give a device's secret word; made when it has none yet, or a new one is wanted."""
    word = books.urls.of_device(device.id)
    if word is not None and not renew:
        return word
    detail = {"who": who}
    reason = reasons.URL_MADE if word is None else reasons.URL_RENEWED
    word = world.chance.text(LENGTH)
    books.urls.put(device.id, word, digest_of(word))
    books.events.add(Event(utc, reason.id, device.mac, device.id, device.ip, detail))
    return word


def lacking(books: Books) -> list[str]:
    """Name the devices that dhcp knows and that have no word."""
    have = set(books.urls.by_mac())
    found: list[str] = []
    after = ""
    while page := books.devices.page(after, SLICE):
        after = page[-1].id
        found += [each.id for each in page if each.mac and each.mac not in have and devices.is_known(books, each)]
    return found


def make(books: Books, world: World, idents: Iterable[str], utc: float) -> dict[str, str]:
    """Make a word for each of these devices that has none and is still there; gives their words by MAC."""
    words = {}
    for ident in idents:
        device = books.devices.get(ident)
        if device is not None and device.mac is not None:
            words[device.mac] = word_of(books, world, device, renew=False, who="{token} in its options", utc=utc)
    return words
