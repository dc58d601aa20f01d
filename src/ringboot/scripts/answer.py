"""The reply that is about to leave, as scripts see and change it."""

from __future__ import annotations

from collections.abc import Sequence

from ringboot.dhcp import message as dhcp
from ringboot.dhcp.private import Private
from ringboot.model.address import ip_number, ip_text
from ringboot.scripts.options import MutableOptions

_LEASE_TIME, _TYPE, _SERVER, _MESSAGE = 51, 53, 54, 56
_MOST = 0xFFFFFFFF
_SNAME, _FILE = 64, 128


class Answer:
    """An OFFER, ACK or NAK before it leaves."""

    options: MutableOptions  #: Its options, by name or number; text, numbers, lists and octets may be set, `del` works.

    def __init__(self, octets: bytes, declared: Sequence[Private] = ()) -> None:
        """Read a reply; ValueError when it is none."""
        read = dhcp.decode(octets)
        if isinstance(read, dhcp.BadPacket):
            raise ValueError(f"no DHCP message: {read.why}")
        self._before = octets
        self._message = read
        self._was = dict(read.options)
        self._fields = (read.siaddr, read.sname, read.file, read.yiaddr)
        self.options = MutableOptions(read.options, declared)

    def __repr__(self) -> str:
        return f"<{self.type} of {self.address or 'nothing'}>"

    @property
    def type(self) -> str:
        """What it is: `OFFER`, `ACK` or `NAK`."""
        return dhcp.NAMES.get(self._message.kind, "BOOTP")

    @property
    def address(self) -> str:
        """The address that the client gets; a reservation changes it, not an answer."""
        return ip_text(self._message.yiaddr) if self._message.yiaddr else ""

    @property
    def next_server(self) -> str:
        """Where the boot file is (siaddr)."""
        return ip_text(self._message.siaddr) if self._message.siaddr else ""

    @next_server.setter
    def next_server(self, address: str) -> None:
        self._message = self._message._replace(siaddr=ip_number(address) if address else 0)

    @property
    def file(self) -> str:
        """The boot file, in its field of the message."""
        return self._message.file.decode("latin-1")

    @file.setter
    def file(self, name: str) -> None:
        self._message = self._message._replace(file=_field("file", name, _FILE))

    @property
    def sname(self) -> str:
        """The boot server's name, in its field of the message."""
        return self._message.sname.decode("latin-1")

    @sname.setter
    def sname(self, name: str) -> None:
        self._message = self._message._replace(sname=_field("sname", name, _SNAME))

    @property
    def lease_time(self) -> int:
        """How long the address is lent, in seconds (option 51).  What is kept about the lease stays as it is."""
        return int.from_bytes(self._message.options.get(_LEASE_TIME, b""), "big")

    @lease_time.setter
    def lease_time(self, seconds: int) -> None:
        if not 1 <= seconds <= _MOST:
            raise ValueError(f"{seconds} is no lease time in seconds")
        self._message.options[_LEASE_TIME] = seconds.to_bytes(4, "big")

    def without_address(self) -> None:
        """Give no address, only what else it says: how a client is told its boot server alone."""
        self._message = self._message._replace(yiaddr=0)

    def nak(self, why: str = "") -> None:
        """Refuse (NAK) what the client asked for, and say why."""
        options = self._message.options
        kept = {code: options[code] for code in (_SERVER, 61, 82) if code in options}
        options.clear()
        options.update({_TYPE: bytes((dhcp.NAK,)), **kept})
        if why:
            options[_MESSAGE] = why.encode()[:255]
        self._message = self._message._replace(yiaddr=0, siaddr=0, sname=b"", file=b"", ciaddr=0)

    def become(self, octets: bytes) -> None:
        """Be another reply from now on; ValueError when the octets are none."""
        read = dhcp.decode(octets)
        if isinstance(read, dhcp.BadPacket):
            raise ValueError(f"no DHCP message: {read.why}")
        options = self._message.options
        options.clear()
        options.update(read.options)
        self._message = read._replace(options=options)

    @property
    def octets(self) -> bytes:
        """The octets of the reply as it is now."""
        return dhcp.encode(self._message) if self.is_changed else self._before

    @property
    def is_changed(self) -> bool:
        """Whether something of it was changed."""
        read = self._message
        return read.options != self._was or (read.siaddr, read.sname, read.file, read.yiaddr) != self._fields


def _field(name: str, text: str, room: int) -> bytes:
    octets = text.encode()
    if len(octets) > room:
        raise ValueError(f"{name} has {len(octets)} octets, where {room} are room")
    return octets
