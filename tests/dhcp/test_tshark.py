"""Another decoder's opinion: tshark reads what we write, and what it reads is what we meant."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from ringboot.dhcp.message import ACK, DISCOVER, INFORM, NAK, OFFER, REQUEST, Message, encode
from ringboot.dhcp.options import build
from ringboot.dhcp.reply import block, reply

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")

FIELDS = [
    "dhcp.option.dhcp", "dhcp.ip.your", "dhcp.option.dhcp_server_id", "dhcp.ip.relay", "dhcp.hw.mac_addr",
    "dhcp.option.router", "dhcp.option.domain_name_server", "dhcp.option.tftp_server_name", "dhcp.option.hostname",
    "dhcp.option.ip_address_lease_time", "dhcp.option.agent_information_option.agent_circuit_id",
    "_ws.malformed",
]  # fmt: skip
SERVER = 0x0A000002
CIRCUIT = b"\x01\x04port"
OPTIONS = build(
    {
        "1": "255.255.0.0", "3": "10.0.0.1", "6": "10.0.0.1, 10.0.0.53", "12": "phone", "66": "http://10.0.0.2:8667",
        "119": "example.org, lab.example.org", "121": "10.1.0.0/16 via 10.0.0.254", "43.2": "text", "42": "10.0.0.1",
    }
)  # fmt: skip


def capture(path: Path, payloads: list[bytes]) -> None:
    """Write a pcap file of Ethernet frames with the payloads in UDP 67 to 68."""
    frames = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for number, payload in enumerate(payloads):
        udp = struct.pack("!4H", 67, 68, 8 + len(payload), 0) + payload
        ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0, SERVER, 0xFFFFFFFF) + udp
        frame = b"\xff" * 6 + b"\x02" * 6 + b"\x08\x00" + ip
        frames.append(struct.pack("<4I", number, 0, len(frame), len(frame)) + frame)
    path.write_bytes(b"".join(frames))


def tshark(path: Path, payloads: list[bytes]) -> list[dict[str, str]]:
    capture(path, payloads)
    command = [str(TSHARK), "-r", str(path), "-T", "fields", "-E", "separator=|"]
    done = subprocess.run(
        [*command, *(word for field in FIELDS for word in ("-e", field))], capture_output=True, text=True, check=True
    )
    return [dict(zip(FIELDS, line.split("|"), strict=True)) for line in done.stdout.splitlines()]


def test_tshark_reads_what_we_write(tmp_path: Path) -> None:
    asked = Message(
        1, 1, 6, 0, b"\0\0\0\1", 0, 0, 0, 0, 0, 0x0A090001, bytes.fromhex("00085d2eecfb"), b"", b"",
        {53: bytes((DISCOVER,)), 55: bytes(OPTIONS), 12: b"phone", 61: bytes.fromhex("0100085d2eecfb"), 82: CIRCUIT},
    )  # fmt: skip
    request = asked._replace(options=asked.options | {53: bytes((REQUEST,))})
    inform = asked._replace(options=asked.options | {53: bytes((INFORM,))})
    options = block(OPTIONS, asked.options[55])
    packets = [
        encode(asked),
        reply(asked, OFFER, SERVER, yiaddr=0x0A000014, lease_time=28800, block=options),
        encode(request),
        reply(request, ACK, SERVER, yiaddr=0x0A000014, lease_time=28800, block=options),
        reply(request, NAK, SERVER, block=block({56: b"no"})),
        reply(inform, ACK, SERVER, block=options),
    ]
    seen = tshark(tmp_path / "dhcp.pcap", packets)
    assert [row["dhcp.option.dhcp"] for row in seen] == ["1", "2", "3", "5", "6", "5"]
    leased = [False, True, False, True, False, False]
    assert [row["dhcp.ip.your"] for row in seen] == ["10.0.0.20" if yes else "0.0.0.0" for yes in leased]
    assert [row["dhcp.option.ip_address_lease_time"] for row in seen] == ["28800" if yes else "" for yes in leased]
    ours = [False, True, False, True, True, True]
    assert [row["dhcp.option.dhcp_server_id"] for row in seen] == ["10.0.0.2" if yes else "" for yes in ours]
    for row in seen:
        assert row["_ws.malformed"] == ""
        assert row["dhcp.ip.relay"] == "10.9.0.1"
        assert row["dhcp.hw.mac_addr"] == "00:08:5d:2e:ec:fb,00:08:5d:2e:ec:fb"  # in chaddr and in option 61
        assert bytes.fromhex(row["dhcp.option.agent_information_option.agent_circuit_id"]) == b"port"
    for row in (seen[1], seen[3], seen[5]):
        assert row["dhcp.option.domain_name_server"] == "10.0.0.1,10.0.0.53"
        assert row["dhcp.option.tftp_server_name"] == "http://10.0.0.2:8667"
        assert row["dhcp.option.hostname"] == "phone"
        assert row["dhcp.option.router"] == ("" if 121 in asked.options[55] else "10.0.0.1")
