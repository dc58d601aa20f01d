"""What a source is told about a client is what the client, and its relay, say."""

from __future__ import annotations

import pytest

from ringboot.dhcp.message import Message, encode
from ringboot.model.address import ip_number
from ringboot.model.scripting import RESERVATION_OF, Asked
from ringboot.scripts.sources.client import Client, client_of


def asked(message: bytes, network: str = "lan") -> Asked:
    return Asked(1, RESERVATION_OF, (), "eth0", ("10.0.0.2",), "0.0.0.0", 67, False, network, False, message)


def test_every_fact_is_taken_from_the_message() -> None:
    options = {
        53: b"\x01", 61: b"\x01\x00\x00\x5e\x00\x53\x01", 82: b"\x01\x03eth\x02\x02\x00\x07", 60: b"Phone\0",
        77: b"desk", 12: b"lobby",
    }  # fmt: skip
    mac = bytes.fromhex("00005e005301")
    message = Message(1, 1, 6, 0, bytes(4), 0, 0, 0, 0, 0, ip_number("10.9.0.1"), mac, b"", b"", options)
    assert client_of(asked(encode(message))) == Client(
        "00:00:5e:00:53:01", "10.9.0.1", "0100005e005301", "eth", "hex:0007", "Phone", "desk", "lobby", "lan"
    )
    bare = message._replace(giaddr=0, options={53: b"\x01"})
    assert client_of(asked(encode(bare), "")) == Client("00:00:5e:00:53:01")


def test_octets_that_are_no_message_are_refused() -> None:
    with pytest.raises(ValueError, match="octets"):
        client_of(asked(b"x"))
