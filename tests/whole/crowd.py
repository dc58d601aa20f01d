"""A crowd of DHCP clients on the loopback, behind one relay address (RFC 8357): comes, renews, leaves, comes again.

It notes every ACK, so that a test can say afterwards which addresses were promised to whom, and until when.
"""

from __future__ import annotations

import heapq
import random
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field

from ringboot.dhcp import message as wire
from ringboot.dhcp.message import ACK, DISCOVER, NAK, OFFER, RELEASE, REQUEST, BadPacket, Message
from ringboot.model.address import ip_number, ip_text, ip_wire, mac_text
from ringboot.sim.leasing import SOURCE_PORT

PATIENCE = 0.4  # seconds before a message is sent again
TRIES = 6  # then the client starts over


@dataclass(slots=True)
class Promise:
    """An ACK: this client has this address until then, by its own clock (RFC 2131 4.4.5: from its REQUEST on)."""

    mac: str
    address: str
    since: float
    until: float
    given_up: float | None = None  # when the client left it earlier

    @property
    def end(self) -> float:
        """Tell when the client stopped using the address."""
        return self.until if self.given_up is None else min(self.until, self.given_up)


@dataclass(slots=True)
class _Member:
    """One client: what it does next, and what it waits for."""

    mac: bytes
    renewals: int
    polite: bool  # gives its address back before it goes
    waits: int = 0  # the kind of message that it asked with
    tries: int = 0
    turn: int = 0  # grows with each step, so that an older appointment is void
    xid: bytes = b""
    asked: float = 0.0  # when it sent its question for the first time
    address: int = 0
    server: bytes = b""
    bound: bool = False
    promises: list[Promise] = field(default_factory=list)  # since it was bound


class Crowd:
    """So many clients at a time, in a thread of its own; when one has had enough another takes its place."""

    def __init__(self, size: int, relay: str, server: tuple[str, int], seed: int = 1) -> None:
        self.promises: list[Promise] = []
        self.sent_again = 0
        self.refused = 0
        self.released = 0
        self._relay, self._server = ip_number(relay), server
        self._chance = random.Random(seed)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind((relay, 0))
        self._socket.setblocking(False)
        self._xid = 0
        self._born = 0
        self._waiting: dict[bytes, _Member] = {}
        self._due: list[tuple[float, int, int, _Member]] = []  # when, a tie-break, the turn that it belongs to
        self._appointments = 0
        self._stop = threading.Event()
        self._failure: list[BaseException] = []
        for _ in range(size):
            self._appoint(self._newcomer(), self._chance.uniform(0, 1))
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Crowd:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        if self._failure:
            raise self._failure[0]

    def is_alive(self) -> bool:
        """Say whether it goes on; it ends when something fails in it."""
        return self._thread.is_alive()

    # Turning

    def _run(self) -> None:
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._socket, selectors.EVENT_READ)
                while not self._stop.is_set():
                    selector.select(timeout=max(0.0, min(0.1, self._due[0][0] - time.monotonic())))
                    self._listen()
                    self._keep_appointments()
        except BaseException as error:
            self._failure.append(error)

    def _listen(self) -> None:
        while True:
            try:
                data = self._socket.recv(2048)
            except BlockingIOError:
                return
            answer = wire.decode(data)
            assert not isinstance(answer, BadPacket), answer
            member = self._waiting.get(answer.xid)
            if member is not None and answer.chaddr == member.mac:
                self._hear(member, answer)

    def _keep_appointments(self) -> None:
        now = time.monotonic()
        while self._due[0][0] <= now:
            _, _, turn, member = heapq.heappop(self._due)
            if turn == member.turn:
                self._act(member)

    def _appoint(self, member: _Member, seconds: float) -> None:
        member.turn += 1
        self._appointments += 1
        heapq.heappush(self._due, (time.monotonic() + seconds, self._appointments, member.turn, member))

    # What a client does

    def _newcomer(self) -> _Member:
        self._born += 1
        mac = bytes((2, 0x0C)) + self._born.to_bytes(4, "big")
        return _Member(mac, self._chance.randrange(4), polite=self._chance.random() < 0.5)

    def _act(self, member: _Member) -> None:
        """Do what is next: repeat what was not answered, renew, leave, or begin."""
        if member.waits:
            self._again(member)
        elif not member.bound:
            self._ask(member, DISCOVER, {})
        elif member.renewals:
            member.renewals -= 1
            self._ask(member, REQUEST, {}, ciaddr=member.address)
        else:
            self._leave(member)

    def _again(self, member: _Member) -> None:
        self.sent_again += 1
        member.tries += 1
        if member.tries > TRIES:
            self._start_over(member)
        elif member.waits == DISCOVER:
            self._send(member, DISCOVER, {})
        elif member.bound:
            self._send(member, REQUEST, {}, ciaddr=member.address)
        else:
            self._send(member, REQUEST, {50: ip_wire(member.address), 54: member.server})

    def _ask(self, member: _Member, kind: int, options: dict[int, bytes], ciaddr: int = 0) -> None:
        # An answer does not tell which transmission it answers: a client may rely on no more than the first.
        member.waits, member.tries, member.asked = kind, 0, time.time()
        self._xid += 1
        self._waiting.pop(member.xid, None)
        member.xid = self._xid.to_bytes(4, "big")
        self._waiting[member.xid] = member
        self._send(member, kind, options, ciaddr)

    def _send(self, member: _Member, kind: int, options: dict[int, bytes], ciaddr: int = 0) -> None:
        self._emit(member, kind, options, ciaddr)
        self._appoint(member, PATIENCE * self._chance.uniform(0.8, 1.2))

    def _emit(self, member: _Member, kind: int, options: dict[int, bytes], ciaddr: int) -> None:
        message = Message(
            op=1, htype=1, hlen=6, hops=1, xid=member.xid, secs=0, flags=0, ciaddr=ciaddr, yiaddr=0, siaddr=0,
            giaddr=self._relay, chaddr=member.mac, sname=b"", file=b"",
            options={53: bytes((kind,)), **options, 82: SOURCE_PORT},
        )  # fmt: skip
        self._socket.sendto(wire.encode(message), self._server)

    def _hear(self, member: _Member, answer: Message) -> None:
        if member.waits == DISCOVER and answer.kind == OFFER:
            member.address, member.server = answer.yiaddr, answer.options[54]
            self._ask(member, REQUEST, {50: ip_wire(member.address), 54: member.server})
        elif member.waits == REQUEST and answer.kind == ACK:
            assert answer.yiaddr == member.address
            self._bind(member, int.from_bytes(answer.options[51], "big"))
        elif member.waits == REQUEST and answer.kind == NAK:
            self.refused += 1
            self._start_over(member)

    def _bind(self, member: _Member, seconds: int) -> None:
        member.bound, member.waits = True, 0
        self._waiting.pop(member.xid, None)
        promise = Promise(mac_text(member.mac), ip_text(member.address), time.time(), member.asked + seconds)
        member.promises.append(promise)
        self.promises.append(promise)
        self._appoint(member, self._chance.uniform(0.05, 0.8))

    def _leave(self, member: _Member) -> None:
        """Give the address back, or just go: then the lease has to run out."""
        if member.polite:
            self._give_up(member)
            self._emit(member, RELEASE, {54: member.server}, member.address)
            self.released += 1
        self._waiting.pop(member.xid, None)
        self._appoint(self._newcomer(), self._chance.uniform(0, 0.2))

    def _start_over(self, member: _Member) -> None:
        # It is refused, or nobody answers: it must not use the address any more.
        self._give_up(member)
        member.bound, member.waits = False, 0
        self._waiting.pop(member.xid, None)
        self._appoint(member, self._chance.uniform(0, 0.2))

    @staticmethod
    def _give_up(member: _Member) -> None:
        for promise in member.promises:
            promise.given_up = time.time()
        member.promises.clear()
