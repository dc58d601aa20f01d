"""A lease, and a change of one as the journal carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

# The states of an address that somebody has or had.  "expired" is never stored: it follows from the clock.
BOUND = "bound"
RELEASED = "released"  # free, but remembered for its last holder
DECLINED = "declined"  # quarantined until `expiry`


@dataclass(slots=True)
class Lease:
    """Who holds, held or spoilt an address; times are whole UTC seconds."""

    network: str
    address: int
    key: bytes  # the client: b"\x00" + client identifier, or the hardware type octet (never 0) + MAC
    mac: bytes
    state: str
    start: int
    expiry: int
    evidence: bytes  # packed options that the client sent, see model.evidence
    seconds: int = field(default=0, compare=False)  # from when the client was heard last to `expiry`

    @property
    def heard(self) -> int:
        """Tell when the client was last heard of, in UTC seconds."""
        return self.expiry - self.seconds


class LeaseChange(NamedTuple):
    """One row of the journal."""

    kind: str  # bound | renewed | released | declined | freed | kept (a copy made by compaction)
    state: str  # the state after it
    network: str
    address: int
    key: bytes
    mac: bytes
    start: int
    expiry: int
    evidence: bytes
    utc: float  # when it was decided


SEEDED = b"\xff"  # no hardware type: a host that was there before us, known by its MAC whatever it will say


def seed_key(mac: bytes, further: int | None = None) -> bytes:
    """Name the client of a lease that was made for a host that answered; the client itself takes it over.

    A client has one lease in a network, and a host may have several addresses: each `further` one is a client's own.
    """
    return SEEDED + mac + (b"" if further is None else further.to_bytes(4, "big"))


def client_key(htype: int, mac: bytes, client_id: bytes | None, *, by_mac: bool = False) -> bytes:
    """Name a client: by its identifier when it sends a usable one (RFC 2132 9.14: two octets or more), else by MAC.

    `by_mac`: by its MAC when it has one, whatever identifier it sends.
    """
    if client_id is not None and len(client_id) >= 2 and not (by_mac and mac):
        return b"\x00" + client_id
    return bytes((htype or 1,)) + mac
