"""What nobody reports is found and told once: pools that run low, devices that are stuck, quarantine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot import reasons
from ringboot.desk.lookout import Lookout
from ringboot.fleet.books import Books
from ringboot.leases.change import bind, release
from ringboot.model.address import ip_number, mac_text
from ringboot.model.device import Device, DeviceFile
from ringboot.model.event import Event
from ringboot.model.lease import LeaseChange

NOW = 1_800_000_000.0


class Watched:
    """An office whose clock is ours, with a look-out."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.core.utc = lambda: NOW
        self.lookout = Lookout(office.core)

    async def change(self, *changes: LeaseChange) -> None:
        """Let rows of the journal be dealt with."""

        def saw(books: Books) -> None:
            for each in changes:
                self.office.core.world.leases.apply(each)
                self.lookout.saw(books, each)

        await self.office.db.write(saw)

    async def taken(self, numbers: range) -> None:
        """Let these addresses of the pool be given out."""
        await self.change(*map(_bound, numbers))

    async def given_back(self, numbers: range) -> None:
        leases = [self.office.core.world.leases.at(f"10.0.1.{number}", NOW) for number in numbers]
        await self.change(*(release(lease, NOW) for lease in leases if lease is not None))

    def told(self, reason: reasons.Reason) -> list[dict[str, Any]]:
        with self.office.db.reading() as books:
            return [event.detail for event in reversed(books.events.newest(99, reason.id))]


def _bound(number: int) -> LeaseChange:
    mac = bytes((2, 0, 0, 0, 0, number))
    return bind("phones", ip_number(f"10.0.1.{number}"), b"\1" + mac, mac, seconds=86400, evidence=b"", utc=NOW)


@pytest.fixture
def watched(office: Office) -> Watched:
    return Watched(office)


def test_a_pool_runs_low_once_and_has_room_again_a_little_later_also_over_a_restart(watched: Watched) -> None:
    async def conversation() -> None:
        await watched.taken(range(89))
        await watched.lookout.look_at_pools()
        assert watched.told(reasons.POOL_LOW) == []
        for number in (89, 99):
            await watched.taken(range(number, number + 1))
            await watched.lookout.look_at_pools()
        low = {"network": "phones", "pool": "10.0.1.0-10.0.1.99", "percent": 90, "free": 10}
        assert watched.told(reasons.POOL_LOW) == [low]
        watched.lookout = Lookout(watched.office.core)  # another life
        await watched.lookout.begin()
        await watched.given_back(range(6))
        await watched.lookout.look_at_pools()
        assert watched.told(reasons.POOL_RECOVERED) == []  # 85 of 100: it might be back in a minute
        await watched.given_back(range(6, 7))
        await watched.lookout.look_at_pools()
        await watched.lookout.look_at_pools()
        assert watched.told(reasons.POOL_RECOVERED) == [{**low, "percent": 84, "free": 16}]
        assert len(watched.told(reasons.POOL_LOW)) == 1

    watched.office.play(conversation)


def test_a_pool_that_is_gone_is_forgotten(watched: Watched) -> None:
    async def conversation() -> None:
        await watched.taken(range(90))
        await watched.lookout.look_at_pools()
        watched.office.core.feed.site = replace(watched.office.core.feed.site, networks=())
        await watched.lookout.look_at_pools()
        with watched.office.db.reading() as books:
            assert books.told.all("pool-low") == set()
        assert watched.told(reasons.POOL_RECOVERED) == []

    watched.office.play(conversation)


def test_a_device_that_boots_and_fetches_nothing_is_told_of_once_and_again_when_it_is_stuck_again(
    watched: Watched,
) -> None:
    core = watched.office.core
    mac = mac_text(_bound(7).mac)

    def known(books: Books) -> None:
        phone = Device("d1", mac, "10.0.1.7", plugin="aastra", vendor="Aastra", model="6731i", configured=True)
        books.devices.put(phone, "test", NOW)
        books.files.put([DeviceFile("aastra", "own.cfg", "d1", "", True, "ab", "base.tpl")])

    def fetched(utc: float) -> Event:
        return Event(utc, reasons.SERVED.id, mac, "d1", "10.0.1.7", {"path": "own.cfg", "size": 3})

    async def look(minutes: float) -> int:
        core.utc = lambda: NOW + 60 * minutes
        await watched.lookout.look_at_devices()
        return len(watched.told(reasons.DEVICE_STUCK))

    async def conversation() -> None:
        await watched.office.db.write(known)
        await watched.taken(range(7, 8))
        assert [await look(minutes) for minutes in (9, 11, 12)] == [0, 1, 1]
        (told,) = watched.told(reasons.DEVICE_STUCK)
        assert (told["mac"], told["model"], told["minutes"]) == (mac, "Aastra 6731i", 11)
        watched.lookout = Lookout(core)  # another life
        await watched.lookout.begin()
        assert await look(13) == 1
        await core.tell(fetched(NOW + 840))
        assert await look(15) == 1
        await core.tell(Event(NOW + 960, reasons.NOT_READABLE.id, mac, "d1", "10.0.1.7", {"path": "own.cfg"}))
        assert [await look(minutes) for minutes in (17, 40)] == [1, 2]

    watched.office.play(conversation)


def test_quarantine_stands_in_the_events(watched: Watched) -> None:
    async def conversation() -> None:
        change = _bound(9)._replace(kind="declined", state="declined", expiry=int(NOW) + 600)
        await watched.change(change)
        detail = {"address": "10.0.1.9", "network": "phones", "minutes": 10, "mac": "02:00:00:00:00:09"}
        assert watched.told(reasons.QUARANTINED) == [detail]

    watched.office.play(conversation)
