"""Sends DISCOVERs of many machines of one vendor class, so many a second, until it is ended; it hears no answer."""

from __future__ import annotations

import os
import socket
import sys
import time


def main(giaddr: str, server: str, rate: float, vendor: str) -> None:
    """Go on until somebody ends this."""
    told = b"\x35\x01\x01" + bytes((60, len(vendor))) + vendor.encode() + b"\xff"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((giaddr, 0))
        while True:
            header = (
                b"\x01\x01\x06\x01" + os.urandom(4) + bytes(16) + socket.inet_aton(giaddr) + b"\x02" + os.urandom(5)
            )
            try:
                door.sendto((header.ljust(236, b"\0") + b"\x63\x82\x53\x63" + told).ljust(300, b"\0"), (server, 67))
            except ConnectionRefusedError:
                continue
            finally:
                time.sleep(1 / rate)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4])
