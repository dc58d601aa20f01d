"""Main's end of the line to a file door that is a process of its own: it answers, and hears how files went."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable

from ringboot import log
from ringboot.servers.files_coded import CodedAnswer, CodedReport
from ringboot.servers.files_door import PATIENCE, Counters
from ringboot.servers.files_frames import ANSWER, ASK, COUNTED, SENT, WITHDRAWN, BadFrame, Frames, frame

AGAIN_AFTER = 0.5  # seconds after which it is tried again when no descriptor is left


class FilesLine:
    """Answer on a listening unix socket, which outlives this process: what a door asks meanwhile waits there."""

    def __init__(  # noqa: PLR0917  what main has for a door, each once
        self,
        sock: socket.socket,
        answer: CodedAnswer,
        report: CodedReport,
        counters: Counters,
        came: Callable[[], None] = lambda: None,
        went: Callable[[], None] = lambda: None,
        patience: float = PATIENCE,
    ) -> None:
        """`came` and `went`: the process of the door is there, and is there no more; one is gone before the next is."""
        self.answer = answer
        self.report = report
        self.counters = counters
        self.came = came
        self.went = went
        self.patience = patience
        self._sock = sock
        self._listening: asyncio.Task[None] | None = None
        self.visits: set[_Visit] = set()

    def start(self) -> None:
        """Begin to listen, in the running loop; `close` ends it."""
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:  # a server of asyncio's may take the socket's name from the folder when it is closed
            try:
                accepted, _ = await loop.sock_accept(self._sock)
                await loop.connect_accepted_socket(lambda: _Visit(self), accepted)
            except OSError as error:
                log.get().error("a file door cannot connect", why=error.strerror)
                await asyncio.sleep(AGAIN_AFTER)

    async def close(self) -> None:
        """Listen to nobody any more, and give up what is being answered; the name of the socket stays."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        self._sock.close()
        for visit in list(self.visits):
            await visit.end()


class _Visit(asyncio.Protocol):
    """One life of the door's process."""

    def __init__(self, line: FilesLine) -> None:
        self._line = line
        self._frames = Frames()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._unsent: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._has_left = False
        self._ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        for earlier in self._line.visits:  # its end may be heard later, when this life was given files already
            earlier.leave()
        self._line.visits.add(self)
        self._line.came()

    def connection_lost(self, _: Exception | None) -> None:
        self._line.visits.discard(self)
        for task in self._tasks.values():
            task.cancel()
        self.leave()
        self._ended.set_result(None)

    def leave(self) -> None:
        """Say once that this life is over."""
        if not self._has_left:
            self._has_left = True
            self._line.went()

    async def end(self) -> None:
        """Cut the line, and wait until it is."""
        assert self._transport is not None
        self._transport.abort()
        tasks = list(self._tasks.values())
        await self._ended
        await asyncio.gather(*tasks, return_exceptions=True)

    def data_received(self, data: bytes) -> None:
        try:
            for kind, number, body in self._frames.feed(data):
                self._hear(kind, number, body)
        except (BadFrame, ValueError, TypeError) as error:
            assert self._transport is not None
            log.get().error("a file door says what cannot be understood", why=str(error))
            self._transport.abort()

    def _hear(self, kind: int, number: int, body: bytes) -> None:
        if kind == ASK:
            task = asyncio.get_running_loop().create_task(self._answer(number, body))
            self._tasks[number] = task
            task.add_done_callback(lambda _: self._tasks.pop(number, None))
        elif kind == SENT:
            self._line.report(body)
        elif kind == WITHDRAWN:
            if (asked := self._tasks.get(number)) is not None:
                asked.cancel()
        elif kind == COUNTED:
            for door, reason, count in json.loads(body):
                self._line.counters[door, reason] = self._line.counters.get((door, reason), 0) + int(count)

    async def _answer(self, number: int, body: bytes) -> None:
        answer = b""
        try:
            async with asyncio.timeout(self._line.patience):
                answer = await self._line.answer(body)
        except TimeoutError:
            pass  # the door says so, with what was asked for
        except Exception as error:  # a fault behind the door must not close the door
            log.get().error("a file request failed by a fault of the program", error=repr(error))
        self._send(frame(ANSWER, number, answer))

    def _send(self, octets: bytes) -> None:
        """Send with what else is said in this turn of the loop."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(octets)

    def _flush(self) -> None:
        assert self._transport is not None
        octets, self._unsent = b"".join(self._unsent), []
        if not self._transport.is_closing():
            self._transport.write(octets)
