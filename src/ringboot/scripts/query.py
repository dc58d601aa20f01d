"""A client's message as scripts see it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ringboot.answer import query as answered
from ringboot.answer.request import INCOMPLETE, state_of
from ringboot.dhcp import message as dhcp
from ringboot.dhcp.private import Private
from ringboot.model.address import ip_number, ip_text
from ringboot.model.scripting import Asked
from ringboot.scripts.mac import MAC
from ringboot.scripts.options import Options
from ringboot.scripts.reservation import Reservation

_HOST_NAME, _REQUESTED, _VENDOR_CLASS, _CLIENT_ID, _USER_CLASS, _ARCH, _UUID = 12, 50, 60, 61, 77, 93, 97


class Query:
    """A message, and how it came; nothing of it can be changed.  What is not there is empty text or None."""

    def __init__(self, asked: Asked, declared: Sequence[Private] = ()) -> None:
        """Read the message that dhcp asks about; ValueError when it is none."""
        read = dhcp.decode(asked.message)
        if isinstance(read, dhcp.BadPacket):
            raise ValueError(f"no DHCP message: {read.why}")
        self.__dict__.update(_asked=asked, _read=read, reservations=(), options=Options(read.options, declared))

    _asked: Asked
    _read: dhcp.Message
    options: Options  #: The options that the client sent, by name or number, as text.

    reservations: tuple[Reservation, ...]  #: All that was found for it; of several `chosen` has to choose.

    def __setattr__(self, name: str, _: object) -> None:
        raise AttributeError(f"query.{name} cannot be set: a query is what the client said")

    def __repr__(self) -> str:
        return f"<{self.type} of {self.mac or self.client_id}>"

    @cached_property
    def type(self) -> str:
        """What it is: `DISCOVER`, `REQUEST`, `DECLINE`, `RELEASE`, `INFORM`, or `BOOTP`."""
        return dhcp.NAMES.get(self._read.kind, "BOOTP")

    @cached_property
    def state(self) -> str:
        """Of a REQUEST what it is for: `selecting`, `init-reboot`, `renewing` or `rebinding`."""
        if self._read.kind != dhcp.REQUEST:
            return ""
        asked = self._asked
        ours = tuple(map(ip_number, asked.locals))
        peer = ip_number(asked.peer) if asked.peer else 0
        state, _ = state_of(answered.Query(self._read, asked.interface, ours, peer, asked.port, asked.unicast))
        return "" if state == INCOMPLETE else state

    @cached_property
    def mac(self) -> MAC:
        """The client's MAC: text as `00:08:5d:2e:ec:fb`, with `.bare`, `.oui` and `.octets`."""
        return MAC(self._read.chaddr)

    @cached_property
    def client_id(self) -> str:
        """The client's identifier (option 61) as hex."""
        return self._read.options.get(_CLIENT_ID, b"").hex()

    @property
    def interface(self) -> str:
        """The interface it came in on."""
        return self._asked.interface

    @property
    def network(self) -> str:
        """The network of the wire that it came from, by name; empty: none that is served."""
        return self._asked.network

    @cached_property
    def relay(self) -> str:
        """The relay agent's address (giaddr); empty: it came directly."""
        return _address(self._read.giaddr)

    @property
    def peer(self) -> str:
        """The address it was sent from."""
        return self._asked.peer

    @property
    def port(self) -> int:
        """The port of ours that it came to: DHCP's, or `pxe_port`."""
        return self._asked.port

    @property
    def ciaddr(self) -> str:
        """The address that the client says it uses."""
        return _address(self._read.ciaddr)

    @cached_property
    def requested(self) -> str:
        """The address that it asks for (option 50)."""
        octets = self._read.options.get(_REQUESTED, b"")
        return ip_text(int.from_bytes(octets, "big")) if len(octets) == 4 else ""

    @cached_property
    def hostname(self) -> str:
        """How it calls itself (option 12)."""
        return self._text(_HOST_NAME)

    @cached_property
    def vendor_class(self) -> str:
        """Option 60."""
        return self._text(_VENDOR_CLASS)

    @cached_property
    def user_class(self) -> str:
        """Option 77 as one text."""
        return self._text(_USER_CLASS)

    @cached_property
    def arch(self) -> int | None:
        """The first architecture that it names (option 93), by IANA's number: 7 is x64 UEFI."""
        octets = self._read.options.get(_ARCH, b"")
        return int.from_bytes(octets[:2], "big") if len(octets) >= 2 else None

    @cached_property
    def uuid(self) -> str:
        """The machine's UUID (option 97), as hex."""
        octets = self._read.options.get(_UUID, b"")
        return octets[1:].hex()

    @property
    def known(self) -> bool:
        """Whether it is a device, or has a reservation."""
        return self._asked.known

    @property
    def lease(self) -> str:
        """The address that it holds."""
        return self._asked.lease

    @property
    def message(self) -> bytes:
        """The octets of the message."""
        return self._asked.message

    def _text(self, code: int) -> str:
        octets = self._read.options.get(code, b"").rstrip(b"\0")
        try:
            return octets.decode()
        except UnicodeDecodeError:
            return octets.decode("latin-1")


def _address(number: int) -> str:
    return ip_text(number) if number else ""
