"""The line between a file door's process and main: what is asked is answered, also by the next life of main."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.servers import files_asking
from ringboot.servers.files_asking import Asking, NoAnswer
from ringboot.servers.files_frames import LONGEST, BadFrame, Frames, frame
from ringboot.servers.files_line import FilesLine
from ringboot.servers.listen import open_unix

CEILING = 30.0


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(CEILING):
        while not condition():
            await asyncio.sleep(0.001)


class Main:
    """What main has for a door: it answers with the request itself, in its own time."""

    def __init__(self, listener: socket.socket, patience: float = CEILING) -> None:
        self.asked: list[bytes] = []
        self.given_up: list[bytes] = []
        self.told: list[bytes] = []
        self.counters: dict[tuple[str, str], int] = {}
        self.visits: list[str] = []
        self.ready = asyncio.Event()
        self.line = FilesLine(
            listener.dup(), self.answer, self.told.append, self.counters,
            came=lambda: self.visits.append("came"), went=lambda: self.visits.append("went"), patience=patience,
        )  # fmt: skip
        self.line._sock.setblocking(False)

    async def answer(self, request: bytes) -> bytes:
        self.asked.append(request)
        if request == b"broken":
            raise RuntimeError("a fault")
        try:
            await self.ready.wait()
        except asyncio.CancelledError:
            self.given_up.append(request)
            raise
        return b"to " + request

    def come(self) -> Main:
        self.line.start()
        return self


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[tuple[socket.socket, Asking]]:
    """Give a listening socket, as the supervisor keeps it, and the door's end."""
    path = folder / "run" / "files.sock"
    with open_unix(path, 0o600) as listener:
        asking = Asking(path)
        running = asyncio.create_task(asking.run())
        try:
            yield listener, asking
        finally:
            running.cancel()
            await asyncio.wait({running})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_asking, "AGAIN_AFTER", 0.001)


def test_each_request_gets_its_answer(tmp_path: Path) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            main = Main(listener).come()
            main.ready.set()
            requests = [b"%d" % number for number in range(500)]
            answers = await asyncio.gather(*(asking.answer(each) for each in requests))
            assert answers == [b"to " + each for each in requests]
            assert sorted(main.asked) == sorted(requests)
            await main.line.close()

    asyncio.run(talk())


def test_how_files_went_and_what_was_counted_is_told(tmp_path: Path) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            asking.counters["tftp", "busy"] = 1  # before there is anybody to tell
            main = Main(listener).come()
            main.ready.set()
            await asking.answer(b"a")
            asking.report(b"it went well")
            asking.counters["tftp", "busy"] = 2
            asking.counters["tftp", "served"] = asking.counters.get(("tftp", "served"), 0) + 1
            await until(lambda: main.told and ("tftp", "served") in main.counters)
            assert main.told == [b"it went well"]
            assert main.counters == {("tftp", "busy"): 2, ("tftp", "served"): 1}
            await main.line.close()

    asyncio.run(talk())


def test_what_is_asked_while_main_is_away_waits_for_it(tmp_path: Path) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            early = asyncio.create_task(asking.answer(b"early"))
            await asyncio.sleep(0)
            first = Main(listener).come()
            await until(lambda: first.asked)
            await first.line.close()  # it ends before it has answered
            assert first.given_up == [b"early"]
            assert first.visits == ["came", "went"]
            late = asyncio.create_task(asking.answer(b"late"))
            await asyncio.sleep(0)
            second = Main(listener).come()
            second.ready.set()
            assert list(await asyncio.wait_for(asyncio.gather(early, late), CEILING)) == [b"to early", b"to late"]
            await second.line.close()

    asyncio.run(talk())


def test_a_life_of_the_door_is_over_before_the_next_is_given_anything(tmp_path: Path) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            await until(lambda: asking._line is not None)  # main is away, the kernel holds the line
            later = Asking(tmp_path / "run" / "files.sock")
            running = asyncio.create_task(later.run())
            await until(lambda: later._line is not None)
            main = Main(listener).come()
            main.ready.set()
            assert await later.answer(b"a") == b"to a"
            assert main.visits == ["came", "went", "came"]
            running.cancel()
            await asyncio.wait({running})
            await until(lambda: len(main.visits) > 3)
            assert main.visits == ["came", "went", "came", "went"]
            await main.line.close()
            assert main.visits == ["came", "went", "came", "went"], "the first one was told once"

    asyncio.run(talk())


def test_what_nobody_waits_for_any_more_is_not_worked_on(tmp_path: Path) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            main = Main(listener).come()
            waiting = asyncio.create_task(asking.answer(b"a"))
            await until(lambda: main.asked)
            waiting.cancel()
            await until(lambda: main.given_up == [b"a"])
            assert not asking._waiting
            await main.line.close()

    asyncio.run(talk())


@pytest.mark.parametrize(("request_", "patience"), [(b"broken", CEILING), (b"slow", 0.0)])
def test_without_an_answer_it_is_said_so(tmp_path: Path, request_: bytes, patience: float) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            main = Main(listener, patience).come()
            with pytest.raises(NoAnswer):
                await asyncio.wait_for(asking.answer(request_), CEILING)
            await main.line.close()

    asyncio.run(talk())


def test_a_main_that_does_not_read_is_asked_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (_, asking):
            await until(lambda: asking._line is not None)  # the kernel holds the line, nobody reads
            asked = [asyncio.create_task(asking.answer(bytes(1 << 20))) for _ in range(3)]
            await until(lambda: asking._line is not None and asking._line.backlog > files_asking.ROOM)
            with pytest.raises(NoAnswer, match="does not read"):
                await asking.answer(b"one more")
            for each in asked:
                each.cancel()
            await asyncio.wait(asked)

    asyncio.run(talk())


@pytest.mark.parametrize("octets", [frame(1)[:4] + b"\xff" * 4 + bytes(9), b"\xff" * 9, frame(5, 0, b"no json")])
def test_a_door_that_says_nonsense_is_cut_off_and_others_are_heard(tmp_path: Path, octets: bytes) -> None:
    async def talk() -> None:
        async with door(tmp_path) as (listener, asking):
            main = Main(listener).come()
            main.ready.set()
            reader, writer = await asyncio.open_unix_connection(listener.getsockname())
            writer.write(octets + b"\xff" * 64)
            assert await asyncio.wait_for(_rest(reader), CEILING) == b""
            writer.close()
            assert await asking.answer(b"a") == b"to a"
            await main.line.close()

    asyncio.run(talk())


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


FRAMES = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2**32 - 1), st.binary(max_size=40)), max_size=8)


@given(FRAMES, st.lists(st.integers(0, 400), max_size=8))
def test_frames_are_whole_however_they_come(sent: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    octets = b"".join(frame(*each) for each in sent)
    places = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    frames = Frames()
    pieces = (octets[begin:end] for begin, end in pairwise(places))
    assert [each for piece in pieces for each in frames.feed(piece)] == sent


def test_a_frame_that_is_too_long_is_none() -> None:
    with pytest.raises(BadFrame):
        list(Frames().feed((LONGEST + 1).to_bytes(4, "big") + bytes(5)))
