"""The TFTP door: it hears requests on one socket and gives each transfer a socket, so a transfer id, of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ringboot.model.file import FileRequest, Refuse, Sent
from ringboot.reasons import ASKED_ABOUT, BAD_REQUEST, BROKEN_OFF, BUSY, NOT_OFFERED, Reason
from ringboot.servers.files import Digests, NotOpened, OpenFile, open_below
from ringboot.servers.files_door import PATIENCE, Answer, Counters, FileDoor, Report
from ringboot.servers.listening import Listening
from ringboot.servers.tftp_session import Address, Session, open_socket
from ringboot.tftp.netascii import CHUNK, Translated, growth
from ringboot.tftp.packets import ERROR, ILLEGAL, MAX_REQUEST, NOT_FOUND, RRQ, WRQ, BadPacket, decode, encode
from ringboot.tftp.transfer import Ended, objection

IP_PKTINFO = 8  # linux/in.h; the socket module does not name it
PKTINFO = struct.Struct("=I4s4s")  # interface, our address that answers, the address that was written to
DRAIN = 64  # requests a wake-up, so that transfers go on in a storm
UNPROVEN = 2.0  # seconds after which a transfer that nobody ever acknowledged makes room for another

NETASCII = "netascii"
MISSING = ERROR(NOT_FOUND, "File not found")  # refused looks the same


class Limits(NamedTuple):
    """How many transfers run at once, in all and for one address."""

    sessions: int = 1000
    per_source: int = 500  # many devices may share one address behind NAT


LIMITS = Limits()


@dataclass(slots=True, eq=False)
class _Entry:
    """A request that is being answered."""

    request: RRQ
    peer: Address
    task: asyncio.Task[None] | None = None
    session: Session | None = None
    since: float = 0.0  # when the first datagram was sent
    ended: str = "the server stopped"  # why it is cancelled

    @property
    def proven(self) -> bool:
        """Has the client acknowledged anything, so that its address is no invention?"""
        return self.session is not None and self.session.transfer.acked > 0


class TftpServer:
    """Serve reads on a bound UDP socket; `answer` is asked for every file, `report` told how it went."""

    def __init__(
        self,
        sock: socket.socket,
        answer: Answer,
        report: Report,
        counters: Counters,
        *,
        digests: Digests | None = None,
        limits: Limits = LIMITS,
        patience: float = PATIENCE,
    ) -> None:
        self._sock = sock
        self._door = FileDoor("tftp", answer, report, counters, patience)
        self._digests = Digests() if digests is None else digests
        self._limits = limits
        self._entries: dict[Address, _Entry] = {}
        self._unproven: dict[_Entry, None] = {}  # oldest first
        self._sources: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: Listening  # from start on: the sockets of transfers

    def __len__(self) -> int:
        """Give the number of transfers under way."""
        return len(self._entries)

    def start(self) -> None:
        """Begin to listen, in the running loop; `close` ends it."""
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self._listening = Listening()
        asyncio.get_running_loop().add_reader(self._sock.fileno(), self._readable)

    async def close(self) -> None:
        """Stop listening and break off what is under way; the socket stays open for a successor."""
        asyncio.get_running_loop().remove_reader(self._sock.fileno())
        for entry in list(self._entries.values()):
            self._drop(entry)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listening.close()
        await self._digests.close()

    # --- requests

    def _readable(self) -> None:
        for _ in range(DRAIN):
            try:
                data, ancillary, _flags, peer = self._sock.recvmsg(MAX_REQUEST + 1, 64)
            except BlockingIOError:
                return
            except OSError as error:
                self._door.log.error("receiving failed", error=str(error))
                return
            local, ours = self._local(ancillary)
            if not ours:
                self._door.count(NOT_OFFERED)  # RFC 1123 4.2.3.5: a request to a broadcast address is ignored
                continue
            self._request(decode(data), peer, local)

    def _local(self, ancillary: list[tuple[int, int, bytes]]) -> tuple[str, bool]:
        """Give our address that a datagram came to, and whether it was written to that very address."""
        for level, kind, data in ancillary:
            if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                _interface, answering, written_to = PKTINFO.unpack(data)
                return socket.inet_ntoa(answering), answering == written_to
        return str(self._sock.getsockname()[0]), True

    def _request(self, packet: object, peer: Address, local: str) -> None:
        if isinstance(packet, BadPacket) and packet.request:
            self._refuse(BAD_REQUEST, ERROR(ILLEGAL, packet.why), peer, local)
        elif not isinstance(packet, RRQ | WRQ):
            self._door.count(BAD_REQUEST)  # never answered: two servers could keep each other busy
        elif (error := objection(packet)) is not None:
            self._refuse(NOT_OFFERED, error, peer, local)
        elif isinstance(packet, RRQ) and not self._is_repetition(packet, peer):
            self._admit(packet, peer, local)

    def _is_repetition(self, request: RRQ, peer: Address) -> bool:
        """Is this request being answered already? If its sender asks for something else he has given up the first."""
        entry = self._entries.get(peer)
        if entry is None:
            return False
        # The same file again while the last block is on its way: the final acknowledgement was lost.
        if entry.request == request and not (entry.session is not None and entry.session.transfer.finishing):
            return True
        entry.ended = "the client asked anew"
        self._drop(entry)
        return False

    def _admit(self, request: RRQ, peer: Address, local: str) -> None:
        if not self._room(peer[0]):
            self._door.count(BUSY)  # silence: the client asks again in a second or so
            return
        entry = _Entry(request, peer)
        self._entries[peer] = entry
        self._unproven[entry] = None
        self._sources[peer[0]] += 1
        entry.task = asyncio.get_running_loop().create_task(self._serve(entry, local))
        self._tasks.add(entry.task)
        entry.task.add_done_callback(self._finished)

    def _room(self, source: str) -> bool:
        if self._sources[source] >= self._limits.per_source:
            return False
        if len(self._entries) < self._limits.sessions:
            return True
        long_ago = asyncio.get_running_loop().time() - UNPROVEN
        while self._unproven:
            oldest = next(iter(self._unproven))
            if not oldest.proven:
                if oldest.session is None or oldest.since > long_ago:
                    return False
                oldest.ended = "no acknowledgement, and others were waiting"
                self._drop(oldest)
                return True
            del self._unproven[oldest]
        return False

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._door.log.error("a transfer failed by a fault of the program", error=repr(error))

    def _drop(self, entry: _Entry) -> None:
        self._forget(entry)
        if entry.task is not None:
            entry.task.cancel()

    def _forget(self, entry: _Entry) -> None:
        self._unproven.pop(entry, None)
        if self._entries.get(entry.peer) is entry:
            del self._entries[entry.peer]
            self._sources[entry.peer[0]] -= 1
            if not self._sources[entry.peer[0]]:
                del self._sources[entry.peer[0]]

    # --- answers

    async def _serve(self, entry: _Entry, local: str) -> None:
        """Answer one request; cancelled when the client asks anew or the server stops."""
        try:
            host, port = entry.peer
            reply = await self._door.ask(FileRequest("tftp", entry.request.path, host, port, local))
            if reply is None:
                return  # silence: the client asks again
            if isinstance(reply, Refuse):
                self._tell(MISSING, entry.peer, local)
                return
            opened = open_below(reply.root, reply.name)
            if isinstance(opened, OpenFile):
                try:
                    await self._send(entry, opened, reply.ticket, local)
                finally:
                    opened.close()
            else:
                self._not_opened(opened, reply.ticket, entry.peer, local)
        finally:
            self._forget(entry)

    def _not_opened(self, opened: NotOpened, ticket: int, peer: Address, local: str) -> None:
        self._door.sent(Sent(ticket, 0, False, "", opened.reason.id, opened.why))
        if opened.reason is not BUSY:
            self._tell(MISSING, peer, local)

    async def _send(self, entry: _Entry, opened: OpenFile, ticket: int, local: str) -> None:
        ended, digest, octets = Ended(False), "", 0
        try:
            with open_socket(local) as sock:
                mode = entry.request.mode.lower()
                size, read = await _as_sent(opened, mode)
                entry.session = session = Session(
                    sock, entry.peer, size, read, self._listening, may_read_ahead=mode != NETASCII
                )
                entry.since = asyncio.get_running_loop().time()
                ended = await session.run(entry.request)
            digest = await self._digests.of(opened)
        except asyncio.CancelledError:
            ended = ended if ended.complete else Ended(False, entry.ended)
            raise
        except OSError as error:
            ended = Ended(ended.complete, error.strerror or str(error))
        finally:
            if entry.session is not None:
                octets = opened.size if ended.complete else min(entry.session.transfer.octets, opened.size)
            reason = "" if ended.complete else (ASKED_ABOUT if ended.looked else BROKEN_OFF).id
            self._door.sent(Sent(ticket, octets, ended.complete, digest, reason, ended.why))

    def _refuse(self, reason: Reason, error: ERROR, peer: Address, local: str) -> None:
        self._door.count(reason)
        self._tell(error, peer, local)

    def _tell(self, error: ERROR, peer: Address, local: str) -> None:
        with contextlib.suppress(OSError), open_socket(local) as sock:
            sock.sendto(encode(error), peer)


async def _as_sent(opened: OpenFile, mode: str) -> tuple[int, Callable[[int, int], bytes]]:
    """Give the size of what is sent, and how to read it: the file itself, or as text (netascii)."""
    if mode != NETASCII:
        return opened.size, opened.read
    size = opened.size
    for offset in range(0, opened.size, CHUNK):  # it is read twice, so that tsize and the last block are known
        size += growth(opened.read(offset, min(CHUNK, opened.size - offset)))
        await asyncio.sleep(0)  # others go on meanwhile
    return size, Translated(opened.read).read
