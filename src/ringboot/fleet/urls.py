"""Secret URLs: a word of its own for each device, which opens its files from anywhere."""

from __future__ import annotations

from hashlib import sha256

from ringboot import reasons
from ringboot.fleet.books import Books
from ringboot.fleet.world import World
from ringboot.model.device import Device
from ringboot.model.event import Event

LENGTH = 32  # letters and digits: 190 bits
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
