from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.model.address import ip_number
from ringboot.servers.dhcp.frame import Heard, arp_heard, arp_probe, checksum, datagram

MAC = bytes.fromhex("00085d2eecfb")
OURS = bytes.fromhex("021122334455")


def folded(data: bytes) -> int:
    """Sum as RFC 1071 describes it: 16-bit words, carries added back in."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_the_checksum_of_the_example_in_rfc_1071() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


@given(st.binary(min_size=1, max_size=1500))
def test_data_with_its_checksum_sums_to_all_ones(data: bytes) -> None:
    data += b"\0" * (len(data) % 2)
    assert folded(data + checksum(data).to_bytes(2, "big")) in (0xFFFF, 0)


@given(st.binary(min_size=240, max_size=1472), st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_a_datagram_carries_its_payload_and_right_checksums(payload: bytes, to: int, source: int) -> None:
    data = datagram(payload, to_mac=MAC, from_mac=OURS, to=to, source=source, to_port=68, from_port=67)

    assert data[:14] == MAC + OURS + b"\x08\x00"
    header, udp = data[14:34], data[34:]
    assert header[0] == 0x45
    assert folded(header) == 0xFFFF
    assert struct.unpack("!H", header[2:4]) == (20 + 8 + len(payload),)
    assert header[12:20] == source.to_bytes(4, "big") + to.to_bytes(4, "big")
    assert struct.unpack("!HHH", udp[:6]) == (67, 68, 8 + len(payload))
    assert udp[6:8] != b"\0\0", "0 would say that there is no checksum"
    assert folded(header[12:20] + b"\0\x11" + udp[4:6] + udp) == 0xFFFF
    assert udp[8:] == payload


def test_a_probe_claims_no_address() -> None:
    probe = arp_probe(OURS, ip_number("10.0.0.9"))

    assert probe[:14] == b"\xff" * 6 + OURS + b"\x08\x06"
    assert probe[14:22] == bytes.fromhex("0001080006040001")
    assert probe[22:28] == OURS
    assert probe[28:32] == bytes(4)
    assert probe[38:42] == bytes((10, 0, 0, 9))
    assert arp_heard(probe) is None, "a probe says nothing about who has an address"


def arp(operation: int = 2, hardware: int = 1, sender: str = "10.0.0.9", kind: int = 0x0806) -> bytes:
    frame = struct.pack("!6s6sHHHBBH", OURS, MAC, kind, hardware, 0x0800, 6, 4, operation)
    return frame + MAC + ip_number(sender).to_bytes(4, "big") + OURS + bytes(4) + bytes(18)


@pytest.mark.parametrize("operation", [1, 2])
def test_who_asks_or_answers_by_arp_has_that_address(operation: int) -> None:
    assert arp_heard(arp(operation)) == Heard(ip_number("10.0.0.9"), MAC)


@pytest.mark.parametrize(
    "data",
    [b"", arp()[:41], arp(operation=3), arp(hardware=6), arp(kind=0x0800), arp(sender="0.0.0.0"), bytes(60)],
)
def test_what_is_no_arp_says_nothing(data: bytes) -> None:
    assert arp_heard(data) is None
