"""The sockets of one interface: DHCP in and out, and frames to clients that have no address yet.

`recvmsg` costs 0.6 microseconds more than `recvfrom` (2.7 against 2.1, measured on loopback) and tells by IP_PKTINFO
whether a message came to one of our addresses; `recvmmsg` through ctypes saves 0.4 of the 2.7, not worth its code.
"""

from __future__ import annotations

import contextlib
import socket
from math import inf
from struct import Struct

from ringboot.answer.decision import FRAME, RELAY, UNICAST, To
from ringboot.answer.query import Query
from ringboot.dhcp.message import DISCOVER, KINDS, MOST, REQUEST, BadPacket, decode
from ringboot.model.address import ip_text, ip_wire
from ringboot.servers.dhcp.frame import ETH_ARP, datagram
from ringboot.servers.dhcp.link import Link
from ringboot.servers.dhcp.sieve import dropped, sift

A_TURN = 256  # messages taken from a socket before they are answered
IP_PKTINFO = 8
SO_BINDTOIFINDEX = 62  # asm-generic/socket.h; the socket module does not name it
_PKTINFO = Struct("I4s4s")  # interface, our address there, the address it was sent to
SO_TIMESTAMPNS = 35  # asm-generic/socket.h
_STAMP = Struct("qq")  # struct timespec
_SPACE = socket.CMSG_SPACE(_PKTINFO.size) + socket.CMSG_SPACE(_STAMP.size)
_REPEATED = frozenset({DISCOVER, REQUEST})  # what a client sends again when it gets no answer
_SERVER_AT = 245  # where a reply says who we are: after the header, option 53, and the two first octets of 54
_PEERS = 8_192
_new = tuple.__new__  # a third of the cost of calling the class
_TO_HOSTS = frozenset({RELAY, UNICAST})


class Arrivals:
    """Messages as they are to be answered: renewals first, what gives up or takes an address next, then DISCOVERs."""

    __slots__ = ("bad", "kinds", "late", "later", "middle", "renewals")

    def __init__(self) -> None:
        self.renewals: list[Query] = []
        self.middle: list[Query] = []
        self.later: list[Query] = []
        self.late: list[Query] = []  # whose client has given up
        self.bad: list[BadPacket] = []
        self.kinds = [0] * 256

    def __len__(self) -> int:
        return len(self.renewals) + len(self.middle) + len(self.later) + len(self.late) + len(self.bad)


class Port:
    """One interface as the door uses it; it has no sockets while there is no such interface."""

    def __init__(self, name: str, links: dict[str, Link], own_port: int, pxe_port: int = 0) -> None:
        self.name = name
        self.udp: socket.socket | None = None
        self.frames: socket.socket | None = None
        self.pxe: socket.socket | None = None  # where boot servers are asked
        self.ifindex = 0  # of the interface that the sockets belong to
        self._links = links  # shared with who keeps it up to date
        self._own_port, self._pxe_port = own_port, pxe_port
        self._peers: dict[str, int] = {}  # addresses as numbers and as text, of those who were heard last
        self._hosts: dict[int, str] = {}

    def plug(self, udp: socket.socket | None, frames: socket.socket | None, pxe: socket.socket | None = None) -> None:
        """Take other sockets; those before are closed."""
        for each in (self.udp, self.frames, self.pxe):
            if each is not None:
                each.close()
        self.udp, self.frames, self.pxe = udp, frames, pxe
        self.ifindex = 0 if udp is None else udp.getsockopt(socket.SOL_SOCKET, SO_BINDTOIFINDEX)
        for each in (udp, pxe):
            if each is not None:
                each.setblocking(False)
                sift(each, 1.0)  # a dhcp that was killed may have left its filter
        if frames is not None:
            frames.setblocking(False)
            with contextlib.suppress(OSError):
                frames.bind((self.name, ETH_ARP))  # of all that passes it is to hear ARP only

    def receive(self, into: Arrivals, limit: int = A_TURN, too_old: float = 0.0, pxe: bool = False) -> bool:
        """Take what the socket holds (`pxe`: that of boot servers), up to a limit; True when there may be more.

        `too_old`: what came before that UTC moment is late, unless it is a renewal; 0: nothing is.
        """
        opened = self.pxe if pxe else self.udp
        if opened is None:
            return False
        link = self._links.get(self.name)
        ours = link.locals if link is not None else ()
        receive, peers, name, kinds, of_option = opened.recvmsg, self._peers, self.name, into.kinds, KINDS
        for _ in range(limit):
            try:
                data, extra, _, (host, port) = receive(MOST + 1, _SPACE)
            except BlockingIOError:
                return False
            except OSError:
                continue  # an ICMP error of an earlier reply, or the interface is down; the next call tells
            message = decode(data)
            if isinstance(message, BadPacket):
                into.bad.append(message)
                continue
            peer = peers.get(host)
            if peer is None:
                peer = self._peer(host)
            # The kernel gives our own address beside the one it was sent to; they differ for a broadcast.
            unicast = bool(extra) and extra[-1][2][4:8] == extra[-1][2][8:12]
            query = _new(Query, (message, name, ours, peer, port, unicast, pxe))
            kind = of_option.get(message.options.get(53), 0)
            kinds[kind] += 1
            if kind == REQUEST and message.ciaddr:
                into.renewals.append(query)
            elif too_old and _came(extra) < too_old and kind in _REPEATED:
                into.late.append(query)
            elif kind == DISCOVER:
                into.later.append(query)
            else:
                into.middle.append(query)
        return True

    def sift(self, share: float) -> None:
        """Let this share of the DISCOVERs in, by chance."""
        if self.udp is not None:
            sift(self.udp, share)

    def dropped(self) -> int:
        """Count what the kernel dropped before it came to us."""
        return 0 if self.udp is None else dropped(self.udp)

    def _peer(self, host: str) -> int:
        if len(self._peers) >= _PEERS:
            self._peers.clear()
        peer = self._peers[host] = int.from_bytes(socket.inet_aton(host), "big")
        return peer

    def _host(self, address: int) -> str:
        if len(self._hosts) >= _PEERS:
            self._hosts.clear()
        host = self._hosts[address] = ip_text(address)
        return host

    def send(self, data: bytes, to: To, pxe: bool = False) -> bool:
        """Send a reply, from the port that was asked (`pxe`: that of boot servers); False when the system refused."""
        udp = self.pxe if pxe else self.udp
        if udp is None:
            return False
        link = self._links.get(self.name)
        kind, address, port, mac = to
        try:
            if kind in _TO_HOSTS:
                host = self._hosts.get(address) or self._host(address)
                if link is not None and len(link.locals) > 1:
                    # With several addresses the kernel would choose by route; a client expects the one it wrote to.
                    info = _PKTINFO.pack(0, ip_wire(_source(data, link.locals)), bytes(4))
                    udp.sendmsg([data], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, (host, port))
                else:
                    udp.sendto(data, (host, port))
            elif kind == FRAME and self.frames is not None and link is not None and link.mac and len(mac) == 6:
                self.frames.send(
                    datagram(
                        data, to_mac=mac, from_mac=link.mac, to=address, source=_source(data, link.locals),
                        to_port=port, from_port=self._pxe_port if pxe else self._own_port,
                    )
                )  # fmt: skip
            else:
                udp.sendto(data, ("255.255.255.255", port))
        except OSError:
            return False
        return True


def _came(extra: list[tuple[int, int, bytes]]) -> float:
    """Tell when the kernel took a message, in UTC; now, when that is not told."""
    for level, kind, data in extra:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = _STAMP.unpack_from(data)
            return float(seconds + nanoseconds / 1e9)
    return inf


def _source(reply: bytes, ours: tuple[int, ...]) -> int:
    """Give our address that a reply comes from: the one it names, unless that is a relay's or it names none (BOOTP)."""
    server = int.from_bytes(reply[_SERVER_AT : _SERVER_AT + 4], "big")
    return ours[0] if ours and server not in ours else server
