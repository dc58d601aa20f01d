"""A file door's end of the line to main: it asks, also again when main was away, and tells how files went."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter, UserDict
from collections.abc import Callable
from pathlib import Path

from ringboot import log
from ringboot.servers.files_frames import ANSWER, ASK, COUNTED, SENT, WITHDRAWN, BadFrame, Frames, frame

FILES = "files.sock"  # in the folder run/: where main answers
AGAIN_AFTER = 0.2  # seconds between attempts to connect
ROOM = 1 << 20  # octets that wait for main to read them; more is not asked


class NoAnswer(Exception):
    """Main did not say what to send."""


class Asking:
    """Stay connected to main; what is asked while main is away waits, as long as who asks does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[bytes, asyncio.Future[bytes]]] = {}
        self._unsent: list[bytes] = []
        self._is_due = False
        self._line: _Line | None = None
        self._untold: Counter[tuple[str, str]] = Counter()
        self.counters = _Counters(self._count)

    async def run(self) -> None:
        """Connect, listen until the line is cut, and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                _, line = await loop.create_unix_connection(lambda: _Line(self._heard), str(self._path))
            except OSError as error:
                log.get().debug("main cannot be asked", why=str(error))
            else:
                # The socket outlives main, so all this may wait there until main has come up.
                self._line = line
                self._unsent = [frame(ASK, number, body) for number, (body, _) in self._waiting.items()]
                self._flush()
                try:
                    await line.ended
                finally:
                    self._line = None
                    line.cut()
            await asyncio.sleep(AGAIN_AFTER)

    async def answer(self, request: bytes) -> bytes:
        """Ask main; NoAnswer, or whoever asks gives up."""
        if self._line is not None and self._line.backlog > ROOM:
            raise NoAnswer("main does not read what it is asked")
        number = next(self._numbers)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = request, answer
        self._send(frame(ASK, number, request))
        try:
            return await answer
        except asyncio.CancelledError:
            self._send(frame(WITHDRAWN, number))
            raise
        finally:
            del self._waiting[number]

    def report(self, sent: bytes) -> None:
        """Tell main how a file went; a main that came since does not know of it."""
        self._send(frame(SENT, 0, sent))

    def close(self) -> None:
        """Say at once what is still to be said."""
        self._flush()

    def _count(self, key: tuple[str, str], more: int) -> None:
        self._untold[key] += more
        self._send(b"")

    def _send(self, octets: bytes) -> None:
        """Send with what else is said in this turn of the loop; nothing while main is away."""
        if self._line is None:
            return
        if octets:
            self._unsent.append(octets)
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        if self._line is None:
            return
        if self._untold:
            rows = [[door, reason, count] for (door, reason), count in self._untold.items()]
            self._unsent.append(frame(COUNTED, 0, json.dumps(rows).encode()))
            self._untold.clear()
        octets, self._unsent = b"".join(self._unsent), []
        self._line.write(octets)

    def _heard(self, kind: int, number: int, body: bytes) -> None:
        if kind != ANSWER or number not in self._waiting:
            return  # it was withdrawn
        _, answer = self._waiting[number]
        if answer.done():
            return
        if body:
            answer.set_result(body)
        else:
            answer.set_exception(NoAnswer("main did not know in time what to send"))


class _Counters(UserDict[tuple[str, str], int]):
    """Counts since the start, which also go to main as they grow."""

    def __init__(self, grown: Callable[[tuple[str, str], int], None]) -> None:
        super().__init__()
        self._grown = grown

    def __setitem__(self, key: tuple[str, str], value: int) -> None:
        more = value - self.get(key, 0)
        super().__setitem__(key, value)
        self._grown(key, more)


class _Line(asyncio.Protocol):
    """The connection to one life of main."""

    def __init__(self, heard: Callable[[int, int, bytes], None]) -> None:
        self._heard = heard
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        try:
            for each in self._frames.feed(data):
                self._heard(*each)
        except BadFrame as error:
            log.get().error("main says what cannot be understood", why=str(error))
            self.cut()

    @property
    def backlog(self) -> int:
        """Give the octets that main has not read."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def write(self, octets: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(octets)

    def cut(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.close()
