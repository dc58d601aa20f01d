"""A device's secret word: made when needed, kept, renewed, forgotten with the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringboot.fleet import devices
from ringboot.fleet.urls import LENGTH, digest_of, word_of
from ringboot.fleet.world import Chance
from ringboot.model.device import Device

if TYPE_CHECKING:
    from tests.fleet.conftest import Site

MAC = "00:08:5d:2e:ec:fb"


def test_the_life_of_a_word(site: Site) -> None:
    device = Device("d", mac=MAC)
    site.books.devices.put(device, "me", site.utc)
    other = Device("e", mac="00:08:5d:2e:ec:fc")
    site.books.devices.put(other, "me", site.utc)
    assert site.books.urls.of_device("d") is None

    def word(of: Device, *, renew: bool = False) -> str:
        return word_of(site.books, site.world, of, renew=renew, who="root", utc=site.utc)

    first = word(device)
    assert word(device) == first
    assert len(first) == LENGTH
    assert site.books.urls.owner(digest_of(first)) == "d"
    assert word(other) != first
    second = word(device, renew=True)
    assert second != first
    assert site.books.urls.owner(digest_of(first)) is None
    assert site.books.urls.owner(digest_of(second)) == "d"
    assert site.events(MAC) == ["url-made", "url-renewed"]
    devices.remove(site.books, site.world, "d", "root", site.utc)
    assert site.books.urls.owner(digest_of(second)) is None
    assert site.books.urls.of_device("e") is not None


def test_a_word_is_too_long_to_be_guessed() -> None:
    word = Chance().text(LENGTH)
    assert word.isascii()
    assert word.isalnum()
    assert 62**LENGTH > 2**128
