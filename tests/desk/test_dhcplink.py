"""Main's end of the channel, against a real unix socket."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from ringboot.desk.dhcplink import DhcpLink
from ringboot.desk.errors import Busy, DeskError


class Dhcp:
    """The other end: says hello, answers what the test tells it to."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.heard: list[dict[str, Any]] = []
        self.writer: asyncio.StreamWriter | None = None
        self.connected = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.say({"t": "hello", "revision": 1, "seq": 1})
        self.connected.set()
        try:
            while True:
                frame = json.loads(await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big")))
                self.heard.append(frame)
                if frame["t"] == "ask" and frame["what"] in self.answers:
                    self.say({"t": "answer", "id": frame["id"], **self.answers[frame["what"]]})
        except asyncio.IncompleteReadError:
            writer.close()

    def say(self, frame: dict[str, Any]) -> None:
        assert self.writer is not None
        data = json.dumps(frame).encode()
        self.writer.write(len(data).to_bytes(4, "big") + data)


async def linked(path: Path, dhcp: Dhcp, use: Any) -> None:
    frames: list[dict[str, Any]] = []
    server = await asyncio.start_unix_server(dhcp.serve, path)
    link = DhcpLink(path, frames.append)
    running = asyncio.create_task(link.run())
    try:
        await asyncio.wait_for(dhcp.connected.wait(), 10)
        await use(link, frames)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.close()
        if dhcp.writer is not None:
            dhcp.writer.close()


def test_an_answer_reaches_the_one_who_asked(tmp_path: Path) -> None:
    async def use(link: DhcpLink, frames: list[dict[str, Any]]) -> None:
        one, two = await asyncio.gather(link.ask("counters", {}), link.ask("leases", {"after": 0}))
        assert (one, two) == ({"sent": 4}, [])
        assert frames[0]["t"] == "hello"

    dhcp = Dhcp({"counters": {"ok": True, "data": {"sent": 4}}, "leases": {"ok": True, "data": []}})
    asyncio.run(linked(tmp_path / "dhcp.sock", dhcp, use))


def test_a_refusal_is_told(tmp_path: Path) -> None:
    async def use(link: DhcpLink, _: Any) -> None:
        with pytest.raises(LookupError, match=r"nobody has 10\.0\.0\.9"):
            await link.ask("release", {"address": "10.0.0.9"})

    answers = {"release": {"ok": False, "error": "nobody has 10.0.0.9"}}
    asyncio.run(linked(tmp_path / "dhcp.sock", Dhcp(answers), use))


def test_a_failure_is_no_refusal(tmp_path: Path) -> None:
    async def use(link: DhcpLink, _: Any) -> None:
        with pytest.raises(DeskError, match=r"Nothing was changed: the disk is full"):
            await link.ask("release", {"address": "10.0.0.9"})

    answers = {"release": {"ok": False, "error": "the disk is full", "failed": True}}
    asyncio.run(linked(tmp_path / "dhcp.sock", Dhcp(answers), use))


def test_a_dhcp_that_does_not_answer_is_busy_and_one_that_is_away_says_so(tmp_path: Path) -> None:
    async def use(link: DhcpLink, _: Any) -> None:
        with pytest.raises(Busy, match="too busy to answer"):
            await link.ask("counters", {}, patience=0.05)

    asyncio.run(linked(tmp_path / "dhcp.sock", Dhcp({}), use))

    async def away() -> None:
        link = DhcpLink(tmp_path / "nobody.sock", lambda _: None)
        assert not link.connected
        with pytest.raises(Busy, match="is not running"):
            await link.ask("counters", {})

    asyncio.run(away())


def test_a_question_ends_when_dhcp_ends_and_the_link_comes_back(tmp_path: Path) -> None:
    async def use(link: DhcpLink, frames: list[dict[str, Any]]) -> None:
        asking = asyncio.create_task(link.ask("counters", {}, patience=20))
        while not dhcp.heard:
            await asyncio.sleep(0)
        dhcp.connected.clear()
        assert dhcp.writer is not None
        dhcp.writer.close()
        with pytest.raises(Busy, match="ended before it answered"):
            await asking
        await asyncio.wait_for(dhcp.connected.wait(), 10)
        while len(frames) < 2:
            await asyncio.sleep(0.01)
        assert [frame["t"] for frame in frames] == ["hello", "hello"]

    dhcp = Dhcp({})
    asyncio.run(linked(tmp_path / "dhcp.sock", dhcp, use))
