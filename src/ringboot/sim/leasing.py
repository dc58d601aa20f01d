"""The DHCP side of a virtual phone: it is its own relay (RFC 8357), so it works on the loopback without any right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from ringboot.dhcp import message as wire
from ringboot.dhcp.message import ACK, DISCOVER, NAK, OFFER, RELEASE, REQUEST, BadPacket, Message
from ringboot.model.address import ip_number, ip_text, ip_wire

WAITS = (0.5, 1.0, 2.0)  # seconds before each retransmission; the last one ends the attempt
WANTED = bytes((1, 3, 6, 12, 15, 42, 43, 51, 54, 66, 67, 150))
SOURCE_PORT = b"\x13\x00"  # RFC 8357: answer to the port that this came from


class Refused(Exception):
    """The server said no, or nothing at all."""


class Leased(NamedTuple):
    """What a phone was given."""

    address: str
    server: str
    seconds: int
    options: dict[int, bytes]


class _Mailbox(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.arrived: asyncio.Queue[Message] = asyncio.Queue()

    def datagram_received(self, data: bytes, _peer: object) -> None:
        message = wire.decode(data)
        if not isinstance(message, BadPacket) and message.op == 2:
            self.arrived.put_nowait(message)


class Leasing:
    """Obtain, renew and release an address for one hardware address."""

    def __init__(
        self,
        mac: bytes,
        relay: str,
        server: tuple[str, int],
        says: Mapping[int, bytes],
        waits: tuple[float, ...] = WAITS,
    ) -> None:
        self.mac, self.relay, self.server, self.waits = mac, relay, server, waits
        self._says = dict(says)
        self._count = int.from_bytes(mac[-3:], "big") << 8

    async def obtain(self) -> Leased:
        """Go through DISCOVER, OFFER, REQUEST, ACK; Refused when it does not end well."""
        offer = await self._exchange(DISCOVER, {55: WANTED, **self._says}, (OFFER,))
        asked = {50: ip_wire(offer.yiaddr), 54: offer.options[54], 55: WANTED, **self._says}
        return _leased(await self._exchange(REQUEST, asked, (ACK, NAK)))

    async def renew(self, lease: Leased) -> Leased:
        """Ask for more time for an address that is in use."""
        answer = await self._exchange(REQUEST, {55: WANTED, **self._says}, (ACK, NAK), ciaddr=ip_number(lease.address))
        return _leased(answer)

    async def release(self, lease: Leased) -> None:
        """Give the address back."""
        options = {54: ip_wire(ip_number(lease.server)), **self._says}
        transport, _ = await self._open()
        transport.sendto(self._message(RELEASE, options, ip_number(lease.address)), self.server)
        transport.close()

    async def _exchange(
        self, kind: int, options: dict[int, bytes], wanted: tuple[int, ...], ciaddr: int = 0
    ) -> Message:
        try:
            transport, mailbox = await self._open()
        except OSError as error:
            raise Refused(f"cannot ask from {self.relay}: {error.strerror or error}") from None
        request = self._message(kind, options, ciaddr)
        try:
            for wait in self.waits:
                transport.sendto(request, self.server)
                try:
                    async with asyncio.timeout(wait):
                        while True:
                            answer = await mailbox.arrived.get()
                            if answer.xid == request[4:8] and answer.kind in wanted:
                                return answer
                except TimeoutError:
                    continue
            raise Refused(f"no answer to {wire.NAMES[kind]}")
        finally:
            transport.close()

    async def _open(self) -> tuple[asyncio.DatagramTransport, _Mailbox]:
        loop = asyncio.get_running_loop()
        return await loop.create_datagram_endpoint(_Mailbox, local_addr=(self.relay, 0))

    def _message(self, kind: int, options: dict[int, bytes], ciaddr: int) -> bytes:
        self._count += 1
        return wire.encode(
            Message(
                op=1, htype=1, hlen=6, hops=1, xid=(self._count & 0xFFFFFFFF).to_bytes(4, "big"), secs=0, flags=0,
                ciaddr=ciaddr, yiaddr=0, siaddr=0, giaddr=ip_number(self.relay), chaddr=self.mac,
                sname=b"", file=b"", options={53: bytes((kind,)), **options, 82: SOURCE_PORT},
            )
        )  # fmt: skip


def _leased(answer: Message) -> Leased:
    if answer.kind == NAK:
        raise Refused(f"refused: {answer.options.get(56, b'no reason given').decode(errors='replace')}")
    return Leased(
        ip_text(answer.yiaddr or answer.ciaddr),
        ip_text(int.from_bytes(answer.options[54], "big")),
        int.from_bytes(answer.options.get(51, b""), "big"),
        answer.options,
    )
