"""`python -m bench.hosts INTERFACE FIRST STEP COUNT`: machines that answer ARP, each with a MAC of its own."""

from __future__ import annotations

import socket
import sys

from ringboot.model.address import ip_number, ip_wire

ETH_ARP = 0x0806


def mac_of(address: int) -> bytes:
    """Give the MAC of the machine at an address."""
    return b"\x02\x77" + ip_wire(address)


def main(interface: str, first: str, step: str, count: str) -> None:
    """Answer until ended."""
    begin, every = ip_number(first), int(step)
    there = range(begin, begin + every * int(count), every)
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ARP))
    opened.bind((interface, ETH_ARP))
    print("ready", flush=True)
    while True:
        frame = opened.recv(128)
        asker, address = frame[22:28], int.from_bytes(frame[38:42], "big")
        if frame[20:22] == b"\0\1" and address in there:
            mac = mac_of(address)
            answer = b"\0\1\x08\0\6\4\0\2" + mac + ip_wire(address) + asker + frame[28:32]
            opened.send(asker + mac + b"\x08\6" + answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
