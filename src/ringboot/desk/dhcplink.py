"""Main's end of the channel to the dhcp process: frames, questions with a deadline, and what dhcp calls out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ringboot import log
from ringboot.desk.errors import Busy, DeskError

LONGEST = 8 << 20  # octets in one frame
PATIENCE = 2.0  # seconds that a question waits for dhcp
AGAIN_AFTER = 0.2  # seconds between attempts to connect

Frame = dict[str, Any]


class DhcpLink:
    """Stay connected to dhcp; `on_frame` gets every frame that is no answer, "hello" first after each connect."""

    def __init__(
        self, path: Path, on_frame: Callable[[Frame], None], peer: str = "dhcp", greeting: Frame | None = None
    ) -> None:
        """Name the socket and whose it is; `greeting` is what we say first."""
        self.path = path
        self.peer = peer
        self._greeting = greeting
        self.on_frame = on_frame
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._count = 0

    @property
    def connected(self) -> bool:
        """Say whether dhcp is there."""
        return self._writer is not None

    async def run(self) -> None:
        """Connect, read until the connection ends, and again, until cancelled."""
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(str(self.path))
                try:
                    self._writer = writer
                    if self._greeting is not None:
                        self.send(self._greeting)
                    await self._read(reader)
                finally:
                    self._writer = None
                    writer.close()
                    self._give_up()
            await asyncio.sleep(AGAIN_AFTER)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if size > LONGEST:
                    log.get().error("a frame is too long", octets=size, peer=self.peer)
                    return
                frame: Frame = json.loads(await reader.readexactly(size))
                if frame["t"] == "answer":
                    self._answered(frame)
                else:
                    self.on_frame(frame)

    def send(self, frame: Frame) -> bool:
        """Send one frame; False when dhcp is not there (it will ask for a snapshot when it is)."""
        if self._writer is None:
            return False
        data = json.dumps(frame, separators=(",", ":")).encode()
        self._writer.write(len(data).to_bytes(4, "big") + data)
        return True

    async def ask(self, what: str, args: Frame, patience: float = PATIENCE) -> Any:
        """Ask dhcp one of its closed list of questions; Busy when it does not answer in time.

        LookupError: what was named is not there.  DeskError: it could not be done.
        """
        self._count += 1
        number = self._count
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            if not self.send({"t": "ask", "id": number, "what": what, "args": args}):
                raise Busy(f"The {self.peer} process is not running. Its log says why: look at the daemon's output.")
            return await asyncio.wait_for(answer, patience)
        except TimeoutError:
            raise Busy(f"The {self.peer} process is too busy to answer. Try again in a moment.") from None
        finally:
            self._waiting.pop(number, None)

    def _answered(self, frame: Frame) -> None:
        answer = self._waiting.pop(frame["id"], None)
        if answer is None or answer.done():
            return
        if frame["ok"]:
            answer.set_result(frame["data"])
        else:
            text, failed = str(frame["error"]), frame.get("failed")
            answer.set_exception(DeskError(f"Nothing was changed: {text}") if failed else LookupError(text))

    def _give_up(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Busy(f"The {self.peer} process ended before it answered. Try again in a moment."))
        self._waiting.clear()
