"""Leases come first: what nobody waits for rests while dhcp is at its limit, and nothing is left undone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.desk.house import House, house, phone, until

from ringboot.desk import pace as pace_module
from ringboot.desk.doorway import Doorway
from ringboot.desk.follower import BITE, Follower
from ringboot.desk.pace import FRESH, FULL, LONGEST_REST, REST, Pace
from ringboot.fleet.networks import Networks
from ringboot.model import evidence
from ringboot.model.address import ip_text
from ringboot.model.file import FileRequest
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.site import Network, Pool
from ringboot.plugins.job import Outcome, Rendered, RenderJob
from ringboot.store.journal import Journal

NETWORK = Network("phones", 0x0A000000, 16, "phones", pools=(Pool(0x0A000000, 0x0A00FFFF),))


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_busy_dhcp_holds_main_back_for_a_moment() -> None:
    clock = Hand()
    pace = Pace(clock)
    assert told(pace) == (False, 0.0)
    pace.heard(FULL - 0.01)
    assert told(pace) == (False, 0.0)
    pace.heard(FULL)
    assert told(pace) == (True, LONGEST_REST)
    assert pace.rest_after(0.01) == pytest.approx(REST * 0.01)
    clock.at += FRESH
    assert told(pace) == (False, 0.0)


def told(pace: Pace) -> tuple[bool, float]:
    return pace.is_held_back, pace.rest_after(60.0)


def hold_back(made: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let dhcp be busy for good."""
    monkeypatch.setattr(pace_module, "FRESH", 1e9)
    monkeypatch.setattr(pace_module, "LONGEST_REST", 0.001)
    made.core.pace.heard(1.0)


def test_while_dhcp_is_busy_one_device_at_a_time_is_rendered_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            hold_back(made, monkeypatch)
            names = [f"p{number:02}" for number in range(12)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))
            now: set[object] = set()
            most = 0

            async def slowly(job: RenderJob) -> Outcome:
                nonlocal most
                now.add(job.revision)
                most = max(most, len(now))
                await asyncio.sleep(0)
                now.discard(job.revision)
                return Rendered(job.revision, ())

            made.workers.does = slowly
            made.renders.need(names)
            await asyncio.gather(*(task for task in asyncio.all_tasks() if "_render_until_still" in repr(task)))
            assert (most, made.workers.devices) == (1, names), "all of them, in turn"

    asyncio.run(play())


def test_who_waits_for_a_file_is_not_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            hold_back(made, monkeypatch)
            names = [f"p{number:02}" for number in range(12)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))
            held = asyncio.Event()

            async def first_waits(job: RenderJob) -> Outcome:
                if len(made.workers.jobs) == 1:
                    await held.wait()
                return Rendered(job.revision, ())

            made.workers.does = first_waits
            made.renders.need(names)
            await until(lambda: made.workers.jobs)
            await made.renders.settled("p11")
            assert made.workers.devices == ["p00", "p11"]
            held.set()
            await asyncio.gather(*(made.renders.settled(name) for name in names))
            assert sorted(made.workers.devices) == names

    asyncio.run(play())


def aastra(number: int) -> LeaseChange:
    mac = bytes.fromhex("00085d") + number.to_bytes(3, "big")
    said = evidence.pack({60: b"AastraIPPhone6731i"})
    return LeaseChange(
        "bound", BOUND, "phones", 0x0A000100 + number, b"\x01" + mac, mac, 0, 2_000_000_000, said, 1_800_000_000.0
    )


def test_leases_are_known_before_devices_which_come_in_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            made.core.world.networks = Networks([NETWORK])
            hold_back(made, monkeypatch)
            journal = Journal.open(made.core.data / "leases")
            journal.append([aastra(number) for number in range(3 * BITE)])
            follower = Follower(made.core, made.core.data / "leases")
            running = asyncio.create_task(follower.run())
            await until(lambda: made.core.pace.behind == 3 * BITE)
            assert len(made.core.world.leases) == 3 * BITE
            await until(lambda: made.core.pace.behind == 2 * BITE)
            await until(lambda: not made.core.pace.behind)
            with made.core.db.reading() as books:
                assert len(books.devices.page("", 1_000)) == 3 * BITE
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            follower.close()
            journal.close()

    asyncio.run(play())


def test_while_main_rests_leases_are_read_for_who_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            made.core.world.networks = Networks([NETWORK])
            monkeypatch.setattr(made.core.pace, "rest_after", lambda *_: 1_000.0)
            journal = Journal.open(made.core.data / "leases")
            journal.append([aastra(1)])
            follower = Follower(made.core, made.core.data / "leases")
            running = asyncio.create_task(follower.run())
            await until(lambda: len(made.core.world.leases) == 1 and not made.core.pace.behind)
            journal.append([aastra(2)])
            for _ in range(20):
                follower.wake()
                await asyncio.sleep(0)
            assert len(made.core.world.leases) == 1, "it rests"
            moved = aastra(3)._replace(address=aastra(1).address)
            journal.append([aastra(1)._replace(kind="freed"), moved])
            hold_back(made, monkeypatch)
            doorway = Doorway(made.core, follower, made.renders, lambda _root, _name: None)
            await doorway.answer(FileRequest("tftp", "a.cfg", ip_text(moved.address), 4711, "10.0.0.2"))
            assert len(made.core.world.leases) == 2
            (found,) = made.core.world.leases.of_mac(moved.mac, moved.utc)
            assert found.address == moved.address
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            follower.close()
            journal.close()

    asyncio.run(play())
