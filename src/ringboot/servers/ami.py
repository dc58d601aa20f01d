"""Asks Asterisk to send NOTIFYs, over its manager interface: one connection, signed in once, actions side by side."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import count

from ringboot.sip import ami
from ringboot.sip.ami import BadStream, Packet, Pairs, Place
from ringboot.sip.notify import NotAnswered

PATIENCE = 10.0  # seconds that an answer may take


class _Failed(Exception):
    """Asterisk could not be asked; the text says why."""


class AmiClient:
    """Connects when there is something to ask, and again after the connection was lost."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._line: _Line | None = None
        self._joining = asyncio.Lock()

    async def notify(self, place: Place, event: str, *, endpoint: str = "", uri: str = "") -> Packet | NotAnswered:
        """Let Asterisk send a NOTIFY, and give what it says about that."""
        try:
            async with asyncio.timeout(self._patience):
                line = await self._joined(place)
                return await line.ask(*ami.notify(event, endpoint=endpoint, uri=uri))
        except TimeoutError:
            self.close()
            return NotAnswered("it does not answer")
        except OSError as error:
            return NotAnswered(error.strerror or str(error))
        except (ValueError, _Failed) as error:
            return NotAnswered(str(error))

    async def _joined(self, place: Place) -> _Line:
        async with self._joining:
            line = self._line
            if line is None or line.is_lost or line.place != place:
                self.close()
                self._line = line = await _join(place)
            return line

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None


async def _join(place: Place) -> _Line:
    reader, writer = await asyncio.open_connection(place.host, place.port)
    line = _Line(place, reader, writer)
    try:
        if not ami.is_greeting(await reader.readline()):
            raise _Failed("what answers there is not Asterisk's manager interface")
        line.listen()
        signed_in = await line.ask(*ami.login(place.user, place.secret))
        if not signed_in.is_success:
            raise _Failed(f"it does not let us in: {signed_in.message}")
    except BaseException:
        line.close()
        raise
    return line


class _Line:
    """One connection."""

    def __init__(self, place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.place = place
        self._reader, self._writer = reader, writer
        self._waiting: dict[str, asyncio.Future[Packet]] = {}
        self._count = count(1)
        self._listening: asyncio.Task[None] | None = None

    @property
    def is_lost(self) -> bool:
        """Tell whether nobody listens any more."""
        return self._listening is None or self._listening.done()

    def listen(self) -> None:
        """Begin to hand out answers."""
        self._listening = asyncio.create_task(self._listen())

    async def ask(self, action: str, pairs: Pairs) -> Packet:
        """Send an action and wait for its answer."""
        ident = f"ringboot-{next(self._count)}"
        data = ami.write(action, ident, pairs)
        if self.is_lost:
            raise _Failed("it closed the connection")
        answer: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._waiting[ident] = answer
        try:
            self._writer.write(data)
            return await answer
        finally:
            del self._waiting[ident]

    async def _listen(self) -> None:
        why, stream = "it closed the connection", b""
        try:
            while data := await self._reader.read(ami.LARGEST):
                stream += data
                while (piece := ami.cut(stream)) is not None:
                    if isinstance(piece, BadStream):
                        why = f"it sends {piece.why}"
                        return
                    packet, stream = piece
                    answer = self._waiting.get(packet.action)
                    if answer is not None and not answer.done():
                        answer.set_result(packet)
        except OSError as error:
            why = error.strerror or str(error)
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(_Failed(why))

    def close(self) -> None:
        """Hang up; who waits for an answer is told."""
        if self._listening is not None:
            self._listening.cancel()
        with contextlib.suppress(RuntimeError):
            self._writer.close()
