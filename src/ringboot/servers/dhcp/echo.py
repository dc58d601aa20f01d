"""Asks by ICMP echo (RFC 792) whether somebody has an address that lies on none of our wires, and hears who answers.

Anybody may send us an answer.  It counts when it comes from the address that was asked and brings back what only we
can have sent there: each question carries a digest of its address and number, made with a key that nobody else has.
"""

from __future__ import annotations

import os
import socket
from hashlib import blake2s
from struct import Struct
from typing import NamedTuple

from ringboot.model.address import ip_text
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.frame import checksum

ANSWERS_A_TURN = 256
DIGEST = 16  # octets
_ECHO_REPLY, _ECHO = 0, 8
_PROTOCOL_ICMP = 1
_LOOPBACK = 127
_ICMP = Struct("!BBHHH")
_NUMBERED = Struct("!IH")
_IP_HEADER = 20  # octets, at least
_LONGEST = 256


class Answer(NamedTuple):
    """An echo reply: who sent it, and what it brings back."""

    source: int
    ident: int
    number: int
    payload: bytes


class Pinger:
    """The raw socket, and how its questions are told from all others'."""

    def __init__(self, opened: socket.socket | None) -> None:
        """`opened`: None where the right to it is missing."""
        self.socket = opened
        self._key = os.urandom(32)
        self._ident = int.from_bytes(os.urandom(2), "big")
        self._number = 0

    def ask(self, address: int) -> Asked:
        """Ask once."""
        if address >> 24 == _LOOPBACK:
            return Asked.NOBODY_CAN_ANSWER  # but this machine itself, for every address
        if self.socket is None:
            return Asked.CANNOT_ASK
        self._number = (self._number + 1) & 0xFFFF
        data = echo(self._ident, self._number, self._digest(address, self._number))
        try:
            self.socket.sendto(data, (ip_text(address), 0))
        except OSError:
            return Asked.NOBODY_CAN_ANSWER  # no way leads there
        return Asked.SENT

    def heard(self) -> set[int]:
        """Read a bounded number of packets, and give the addresses that answered a question of ours."""
        found: set[int] = set()
        for _ in range(ANSWERS_A_TURN if self.socket is not None else 0):
            assert self.socket is not None
            try:
                data = self.socket.recv(_LONGEST)
            except OSError:
                break
            answer = answer_in(data)
            if answer is not None and self._is_ours(answer):
                found.add(answer.source)
        return found

    def _is_ours(self, answer: Answer) -> bool:
        return answer.ident == self._ident and answer.payload == self._digest(answer.source, answer.number)

    def _digest(self, address: int, number: int) -> bytes:
        return blake2s(_NUMBERED.pack(address, number), key=self._key, digest_size=DIGEST).digest()


def echo(ident: int, number: int, payload: bytes) -> bytes:
    """Write an echo request."""
    summed = checksum(_ICMP.pack(_ECHO, 0, 0, ident, number) + payload)
    return _ICMP.pack(_ECHO, 0, summed, ident, number) + payload


def answer_in(data: bytes) -> Answer | None:
    """Read an IPv4 packet as a raw socket gives it; None when it is no whole echo reply."""
    header = (data[0] & 15) * 4 if data else 0
    if header < _IP_HEADER or len(data) < header + _ICMP.size or data[0] >> 4 != 4 or data[9] != _PROTOCOL_ICMP:
        return None
    kind, code, _, ident, number = _ICMP.unpack_from(data, header)
    if (kind, code) != (_ECHO_REPLY, 0):
        return None
    return Answer(int.from_bytes(data[12:16], "big"), ident, number, data[header + _ICMP.size :])
