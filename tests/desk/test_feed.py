"""The feed: what is on disk is what dhcp was told, and doubt ends in reading the snapshot again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ringboot.desk import feed as feed_module
from ringboot.desk.dhcplink import DhcpLink
from ringboot.desk.feed import Feed, key_of
from ringboot.model.site import Network, Reservation, Site, read_snapshot

ROW = Reservation("phones", "mac", "00:08:5d:00:00:01", "10.0.0.9")
SITE = Site(0, networks=(Network("phones", 0x0A000000, 24, "phones"),))


class Wire(DhcpLink):
    """A link that keeps what is sent."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"), lambda _: None)
        self.sent: list[dict[str, Any]] = []

    def send(self, frame: dict[str, Any]) -> bool:
        self.sent.append(frame)
        return True


def feed_at(path: Path) -> tuple[Feed, Wire]:
    wire = Wire()
    return Feed(path / "site.json", wire, revision=100), wire


def test_rows_have_one_number_after_the_other_and_stand_in_the_snapshot(tmp_path: Path) -> None:
    async def play() -> None:
        feed, wire = feed_at(tmp_path)
        feed.install(SITE)
        feed.put_reservations([ROW])
        feed.put_known("00:08:5d:00:00:01")
        feed.put_known("00:08:5d:00:00:01")
        feed.drop_reservation(key_of(ROW))
        feed.drop_reservation(key_of(ROW))
        rows = [frame for frame in wire.sent if frame["t"] == "row"]
        assert [row["op"] for row in rows] == ["put-reservation", "put-known", "drop-reservation"]
        first = rows[0]["seq"]
        assert [row["seq"] for row in rows] == [first, first + 1, first + 2]
        feed.write()
        snapshot = read_snapshot((tmp_path / "site.json").read_bytes())
        assert snapshot.seq == first + 2
        assert snapshot.known == ("00:08:5d:00:00:01",)
        assert snapshot.reservations == ()
        assert snapshot.site.networks == SITE.networks
        assert snapshot.site.revision > 100

    asyncio.run(play())


def test_rows_come_into_the_snapshot_a_little_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        monkeypatch.setattr(feed_module, "SETTLE", 0.01)
        feed, wire = feed_at(tmp_path)
        feed.install(SITE)
        told = len(wire.sent)
        feed.put_reservations([ROW])
        async with asyncio.timeout(10):
            while not read_snapshot(feed.path.read_bytes()).reservations:
                await asyncio.sleep(0)
        assert [frame["t"] for frame in wire.sent[told:]] == ["row"], "dhcp has it already"

    asyncio.run(play())


def test_an_older_snapshot_never_takes_the_place_of_a_newer_one(tmp_path: Path) -> None:
    async def play() -> None:
        feed, _ = feed_at(tmp_path)
        feed.install(SITE)
        feed.put_known("00:08:5d:00:00:01")
        feed._write_apart()  # is being encoded in a thread
        feed.put_known("00:08:5d:00:00:02")
        feed.write()
        encoding = feed._encoding
        assert encoding is not None
        await asyncio.wait({encoding})
        await asyncio.sleep(0)
        assert len(read_snapshot(feed.path.read_bytes()).known) == 2

    asyncio.run(play())


def test_a_snapshot_that_could_not_be_written_is_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        monkeypatch.setattr(feed_module, "RETRY", 0.01)
        feed, wire = feed_at(tmp_path / "away")
        feed.install(SITE)
        path = tmp_path / "away" / "site.json"
        assert str(feed.problem) == f"{path} cannot be written: No such file or directory"
        (tmp_path / "away").mkdir()
        told = len(wire.sent)
        async with asyncio.timeout(10):
            while feed.problem is not None:
                await asyncio.sleep(0)
        assert read_snapshot(path.read_bytes()).site.networks == SITE.networks
        assert wire.sent[told:] == [{"t": "reread"}]

    asyncio.run(play())


def test_a_dhcp_that_has_something_else_reads_the_snapshot_again(tmp_path: Path) -> None:
    async def play() -> None:
        feed, wire = feed_at(tmp_path)
        feed.install(SITE)
        wire.sent.clear()
        feed.heard({"t": "hello", "seq": 1, "revision": 1})
        assert [frame["t"] for frame in wire.sent] == ["reread"]
        for _ in range(3):
            feed.heard({"t": "gap", "seq": 1})
        assert [frame["t"] for frame in wire.sent] == ["reread"], "one is enough for all rows on the way"
        feed.heard({"t": "applied", "seq": 1, "revision": 1})
        feed.heard({"t": "gap", "seq": 1})
        assert [frame["t"] for frame in wire.sent] == ["reread", "reread"]
        feed.heard({"t": "hello", "seq": 1, "revision": 1})
        assert [frame["t"] for frame in wire.sent] == ["reread"] * 3, "this is another dhcp"
        snapshot = read_snapshot((tmp_path / "site.json").read_bytes())
        wire.sent.clear()
        feed.heard({"t": "hello", "seq": snapshot.seq, "revision": snapshot.site.revision})
        assert wire.sent == []

    asyncio.run(play())


def test_a_promise_is_kept_only_when_dhcp_has_applied_it(tmp_path: Path) -> None:
    async def play() -> None:
        feed, wire = feed_at(tmp_path)
        feed.install(SITE)
        assert not await feed.applied(patience=0.05)
        assert "has not confirmed it yet" in feed.complaint("It was set").text
        feed.problem = "the disk is full"
        assert feed.complaint("It was set").text.startswith("It was set, but dhcp goes on with the old one: the disk")
        feed.put_reservations([ROW])
        waiting = asyncio.create_task(feed.applied(patience=10))
        feed.heard({"t": "applied", "seq": wire.sent[-1]["seq"], "revision": feed.site.revision})
        assert await waiting

    asyncio.run(play())
