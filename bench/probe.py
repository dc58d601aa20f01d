"""Sends DISCOVERs as a relay until an OFFER comes; exit code 0 when one did before the ceiling."""

from __future__ import annotations

import os
import socket
import sys
import time


def main(giaddr: str, server: str, ceiling: float) -> int:
    """Ask until answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((giaddr, 67))
        door.settimeout(0.1)
        end = time.monotonic() + ceiling
        xid = os.urandom(4)  # the same in all, so that a late answer counts
        while time.monotonic() < end:
            header = b"\x01\x01\x06\x01" + xid + bytes(16) + socket.inet_aton(giaddr) + b"\x02\xfe\0\0\0\x01"
            message = (header.ljust(236, b"\0") + b"\x63\x82\x53\x63\x35\x01\x01\xff").ljust(300, b"\0")
            try:
                door.sendto(message, (server, 67))
                if door.recv(2048)[4:8] == xid:
                    return 0
            except ConnectionRefusedError:
                time.sleep(0.02)
            except TimeoutError:
                continue
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
