"""A DHCP message as staticDHCPd's scripts hold and change it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from ringboot.compat.staticdhcpd import conversion, optionvalues
from ringboot.compat.staticdhcpd.addresses import MAC, AddressLike, IPv4
from ringboot.compat.staticdhcpd.optionnames import FIELDS, code_of, name_of
from ringboot.compat.staticdhcpd.text import Text
from ringboot.dhcp import message
from ringboot.dhcp.message import BOOTREPLY, BadPacket, Message

FLAGBIT_BROADCAST: Final = message.BROADCAST
ALWAYS = frozenset({1, 3, 6, 15, 51, 53, 54, 58, 59})  # are sent whatever the client asked for
_ADDRESSES = frozenset({"ciaddr", "yiaddr", "siaddr", "giaddr"})
_TEXTS = frozenset({"sname", "file"})
_NAK_CLEARS = ("ciaddr", "siaddr", "yiaddr", "sname", "file")
_NAMES = {kind: f"DHCP{name}" for kind, name in message.NAMES.items()}


class DHCPPacket:
    """A message; options by code or name, header fields by name, values by the types of `optionnames`."""

    word_align = False  # pad every option to `word_size` octets
    word_size = 4
    terminal_pad = False  # pad the whole to `word_size` octets
    response_mac: Any = None  # kept for scripts that set them; where a reply goes follows from RFC 2131
    response_ip: Any = None
    response_port: Any = None
    response_source_port: Any = None

    def __init__(self, data: bytes | None = None, options: Mapping[int, bytes] | None = None) -> None:
        """Read octets, or make an empty request; `options` come on top.  ValueError when it is no message."""
        read = message.decode(data) if data is not None else _EMPTY
        if isinstance(read, BadPacket):
            raise ValueError(f"octet {read.offset}: {read.why}")
        self._fields = {name: _field(name, getattr(read, name)) for name in FIELDS}
        self._options = dict(read.options) | dict(options or {})
        asked = read.options.get(55)
        self._selected: set[int] | None = set(asked) | ALWAYS if asked else None
        self.meta: dict[Any, Any] = {}

    # Options and fields

    def setOption(self, option: Any, value: Any, validate: bool = True, force_selection: bool = False) -> bool:
        """Set an option or a field; it is sent when the client asked for it, or `force_selection` says so.

        ValueError, TypeError and LookupError say what is wrong.
        """
        if option in FIELDS:
            self._fields[option] = _write(option, value)
            return True
        code = code_of(option)
        self._options[code] = optionvalues.octets_of(code, value, validate=validate)
        if force_selection:
            self.setSelectedOptions(added=[code]) if self._selected is not None else None
        return True

    def forceOption(self, option: Any, value: Any) -> bool:
        """Set an option without judging its value, and send it."""
        return self.setOption(option, value, validate=False, force_selection=True)

    def getOption(self, option: Any, convert: bool = False) -> Any:
        """Give an option's or a field's octets as a list of its own, or its value; None when it is not there."""
        if option in FIELDS:
            octets = self._fields[option]
            return _read(option, octets) if convert else list(octets)
        code = code_of(option)
        found = self._options.get(code)
        if found is None:
            return None
        return optionvalues.value_of(code, found) if convert else list(found)

    def deleteOption(self, option: Any) -> bool:
        """Take an option away, or fill a field with zeros; tell whether there was something."""
        if option in FIELDS:
            was = any(self._fields[option])
            self._fields[option] = bytes(FIELDS[option])
            return was
        return self._options.pop(code_of(option), None) is not None

    def isOption(self, option: Any) -> bool:
        """Tell whether an option is there, or a field is not zero."""
        return any(self._fields[option]) if option in FIELDS else code_of(option) in self._options

    def extractIPOrNone(self, option: Any) -> IPv4 | None:
        """Give an option's or a field's address; None when it is missing or zero."""
        return optionvalues.address_or_none(self.getOption(option) or ())

    # What is sent

    def isSelectedOption(self, option: Any) -> bool:
        """Tell whether an option is sent when it is there."""
        return self._selected is None or code_of(option) in self._selected

    isRequestedOption = isSelectedOption

    def getSelectedOptions(self, translate: bool = False) -> Any:
        """Give the codes, or names, of what is sent when it is there; None: all."""
        if self._selected is None:
            return None
        return tuple(name_of(code) if translate else code for code in sorted(self._selected))

    def setSelectedOptions(self, added: Collection[Any] | None = None, removed: Collection[Any] | None = None) -> None:
        """Add and remove options to send; neither: send all.  Where all were sent, `added` begins a list."""
        if added is None and removed is None:
            self._selected = None
            return
        selected = self._selected
        if selected is None:
            selected = set() if added is not None else set(range(1, 255))
        self._selected = (selected | set(map(code_of, added or ()))) - set(map(code_of, removed or ()))

    # The header

    def getHardwareAddress(self) -> MAC:
        """Give the client's hardware address."""
        return MAC(list(self._fields["chaddr"][:6]))

    def setHardwareAddress(self, mac: AddressLike) -> None:
        """Set the client's hardware address, of six octets."""
        self._fields["chaddr"] = bytes(MAC(mac)).ljust(16, b"\0")
        self._fields["hlen"] = b"\x06"

    def getFlag(self, bit: int) -> bool:
        """Tell whether a bit of the flags is set."""
        return bool(int.from_bytes(self._fields["flags"]) & bit)

    def setFlag(self, bit: int, state: object) -> tuple[bool, bool]:
        """Set or clear a bit of the flags; tell whether that changed it, and what it was."""
        old = self.getFlag(bit)
        flags = int.from_bytes(self._fields["flags"])
        self._fields["flags"] = (flags | bit if state else flags & ~bit).to_bytes(2)
        return old != bool(state), old

    # The type

    @property
    def kind(self) -> int:
        """Give the message type as its number; 0 without one."""
        return message.KINDS.get(self._options.get(53), 0)

    def getDHCPMessageTypeName(self) -> str:
        """Give the message type as a word: DHCPDISCOVER, ..."""
        return _NAMES.get(self.kind, "UNKNOWN")

    def copy(self) -> DHCPPacket:
        """Give another packet like this one; `meta` is another dictionary with the same values."""
        made = DHCPPacket()
        made._fields, made._options, made.meta = dict(self._fields), dict(self._options), dict(self.meta)
        made._selected = None if self._selected is None else set(self._selected)
        made.word_align, made.word_size, made.terminal_pad = self.word_align, self.word_size, self.terminal_pad
        return made

    def encodePacket(self) -> bytes:
        """Write the message as it would be sent."""
        made = message.encode(self.message(self._sent()))
        if self.terminal_pad:
            made += bytes(-len(made) % self.word_size)
        return made

    def _sent(self) -> dict[int, bytes]:
        sent = {code: octets for code, octets in self._options.items() if self.isSelectedOption(code)}
        if not self.word_align:
            return sent
        return {code: octets + bytes(-(len(octets) + 2) % self.word_size) for code, octets in sent.items()}

    # For the site, not for scripts

    @property
    def options(self) -> dict[int, bytes]:
        """Give all options, selected or not, by their codes."""
        return self._options

    @property
    def selected(self) -> set[int] | None:
        """Give the codes of what is sent when it is there; None: all."""
        return self._selected

    def message(self, options: Mapping[int, bytes]) -> Message:
        """Give the header with these options as a message."""
        fields = self._fields
        header = {name: int.from_bytes(octets) for name, octets in fields.items() if name not in _WHOLE}
        return Message(
            **header, xid=fields["xid"], chaddr=fields["chaddr"][: header["hlen"]],
            sname=fields["sname"].rstrip(b"\0"), file=fields["file"].rstrip(b"\0"), options=dict(options),
        )  # fmt: skip

    def __str__(self) -> str:
        lines = [f"{self.getDHCPMessageTypeName()} {self.getHardwareAddress()}"]
        lines += [f"  {name}: {_read(name, octets)}" for name, octets in self._fields.items()]
        lines += [
            f"  {name_of(code)} ({code}): {optionvalues.value_of(code, octets)}"
            + ("" if self.isSelectedOption(code) else " (not sent)")
            for code, octets in sorted(self._options.items())
        ]
        return "\n".join(lines)

    def _turn(self, kind: int) -> None:
        self._fields["op"] = bytes((BOOTREPLY,))
        self._options[53] = bytes((kind,))
        if kind == message.NAK:
            for name in _NAK_CLEARS:
                self.deleteOption(name)
            self._options = {code: octets for code, octets in self._options.items() if code in _NAK_KEEPS}

    def isDHCPAckPacket(self) -> bool:
        """Tell whether it is an ACK."""
        return self.kind == message.ACK

    def isDHCPDeclinePacket(self) -> bool:
        """Tell whether it is a DECLINE."""
        return self.kind == message.DECLINE

    def isDHCPDiscoverPacket(self) -> bool:
        """Tell whether it is a DISCOVER."""
        return self.kind == message.DISCOVER

    def isDHCPInformPacket(self) -> bool:
        """Tell whether it is an INFORM."""
        return self.kind == message.INFORM

    def isDHCPLeaseActivePacket(self) -> bool:
        """Tell whether it is a LEASEACTIVE."""
        return self.kind == message.LEASEACTIVE

    def isDHCPLeaseQueryPacket(self) -> bool:
        """Tell whether it is a LEASEQUERY."""
        return self.kind == message.LEASEQUERY

    def isDHCPLeaseUnassignedPacket(self) -> bool:
        """Tell whether it is a LEASEUNASSIGNED."""
        return self.kind == message.LEASEUNASSIGNED

    def isDHCPLeaseUnknownPacket(self) -> bool:
        """Tell whether it is a LEASEUNKNOWN."""
        return self.kind == message.LEASEUNKNOWN

    def isDHCPOfferPacket(self) -> bool:
        """Tell whether it is an OFFER."""
        return self.kind == message.OFFER

    def isDHCPNakPacket(self) -> bool:
        """Tell whether it is a NAK."""
        return self.kind == message.NAK

    def isDHCPReleasePacket(self) -> bool:
        """Tell whether it is a RELEASE."""
        return self.kind == message.RELEASE

    def isDHCPRequestPacket(self) -> bool:
        """Tell whether it is a REQUEST."""
        return self.kind == message.REQUEST

    def transformToDHCPAckPacket(self) -> None:
        """Make it an ACK."""
        self._turn(message.ACK)

    def transformToDHCPOfferPacket(self) -> None:
        """Make it an OFFER."""
        self._turn(message.OFFER)

    def transformToDHCPNakPacket(self) -> None:
        """Make it a NAK: no addresses, no names, no lease."""
        self._turn(message.NAK)

    def transformToDHCPLeaseActivePacket(self) -> None:
        """Make it a LEASEACTIVE."""
        self._turn(message.LEASEACTIVE)

    def transformToDHCPLeaseUnassignedPacket(self) -> None:
        """Make it a LEASEUNASSIGNED."""
        self._turn(message.LEASEUNASSIGNED)

    def transformToDHCPLeaseUnknownPacket(self) -> None:
        """Make it a LEASEUNKNOWN."""
        self._turn(message.LEASEUNKNOWN)


_WHOLE = frozenset({"xid", "chaddr", "sname", "file"})
_NAK_KEEPS = frozenset({53, 54, 56, 61, 82})  # what a NAK may carry (RFC 2131 table 3, RFC 6842)
_EMPTY = Message(1, 1, 6, 0, bytes(4), 0, 0, 0, 0, 0, 0, bytes(6), b"", b"", {})


def _field(name: str, value: int | bytes) -> bytes:
    size = FIELDS[name]
    return value.to_bytes(size) if isinstance(value, int) else value.ljust(size, b"\0")


def _write(name: str, value: Any) -> bytes:
    """Write a field: a number, an address, a text, or its octets."""
    size = FIELDS[name]
    if name in _ADDRESSES:
        return bytes(IPv4(value)) if value else bytes(4)
    if name == "chaddr" and isinstance(value, str | MAC):
        value = bytes(MAC(value))
    if isinstance(value, str):
        value = conversion.octets_of(value)
    octets = value.to_bytes(size) if isinstance(value, int) else bytes(value)
    if name in _WHOLE - {"xid"}:
        octets = octets.ljust(size, b"\0")
    if len(octets) != size:
        raise ValueError(f"{name} has {size} octets, and {value!r} makes {len(octets)}")
    return octets


def _read(name: str, octets: bytes) -> Any:
    if name in _ADDRESSES:
        return IPv4(octets)
    if name in _TEXTS:
        return Text(octets.rstrip(b"\0"))
    return MAC(octets[:6]) if name == "chaddr" else int.from_bytes(octets)
