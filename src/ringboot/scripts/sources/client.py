"""What a source is told about the client that it is asked for."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.dhcp.message import BadPacket, Message, decode
from ringboot.model.address import ip_text, mac_text
from ringboot.model.evidence import sub_options
from ringboot.model.scripting import Asked
from ringboot.model.whose import BY_NAME


class Client(NamedTuple):
    """A client by all that may choose its reservation; None is what it, or its relay, does not say."""

    mac: str  # aa:bb:cc:dd:ee:ff
    relay: str | None = None  # the relay agent's address (giaddr)
    client_id: str | None = None  # option 61 as hex
    circuit_id: str | None = None  # option 82.1, as text or hex:...
    remote_id: str | None = None  # option 82.2, likewise
    vendor_class: str | None = None  # option 60
    user_class: str | None = None  # option 77
    hostname: str | None = None  # option 12
    network: str | None = None  # the one of the client's wire


FACTS: dict[str, str] = {
    "mac": "its MAC as `aa:bb:cc:dd:ee:ff`",
    "relay": "the address of its relay agent",
    "client_id": "its identifier (option 61) as hex",
    "circuit_id": "what the relay calls its port (82.1), as text or `hex:...`",
    "remote_id": "what the relay calls the client (82.2), likewise",
    "vendor_class": "option 60",
    "user_class": "option 77",
    "hostname": "option 12",
    "network": "the name of the network of its wire",
}
assert tuple(FACTS) == Client._fields


def client_of(asked: Asked) -> Client:
    """Take what a question of dhcp says about its client; ValueError for octets that are no message."""
    message = decode(asked.message)
    if isinstance(message, BadPacket):
        raise ValueError(message.why)
    return client_in(message, asked.network)


def client_in(message: Message, network: str) -> Client:
    """Take what a message says about its client."""
    told = sub_options(message.options.get(82, b""))
    client_id = message.options.get(61)
    return Client(
        mac=mac_text(message.chaddr),
        relay=ip_text(message.giaddr) if message.giaddr else None,
        client_id=client_id.hex() if client_id else None,
        circuit_id=_told(told, 1, "circuit-id"),
        remote_id=_told(told, 2, "remote-id"),
        vendor_class=_text(message, 60),
        user_class=_text(message, 77),
        hostname=_text(message, 12),
        network=network or None,
    )


def _told(told: dict[int, bytes], code: int, kind: str) -> str | None:
    return BY_NAME[kind].write(told[code]) if told.get(code) else None


def _text(message: Message, code: int) -> str | None:
    value = message.options.get(code)
    return value.decode("latin-1").rstrip("\0") if value else None
