"""The kernel's neighbour table: which MAC it knows at an address of a host on the same link."""

from __future__ import annotations

from pathlib import Path

TABLE = Path("/proc/net/arp")
_COMPLETE = 0x2  # ATF_COM: the kernel heard an answer


def neighbour_of(address: str, table: Path = TABLE) -> str | None:
    """Give the MAC at an address, or None when the kernel does not know one for certain."""
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        there, _kind, flags, mac, *_rest = line.split()
        if there == address and int(flags, 16) & _COMPLETE and mac != "00:00:00:00:00:00":
            return mac
    return None
