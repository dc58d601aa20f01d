"""What can happen to a lease, each as the journal row that makes it so."""

from __future__ import annotations

from math import ceil

from ringboot.leases.terms import QUARANTINE
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, LeaseChange

_new = tuple.__new__  # a third of the cost of calling the class, once for every ACK


def bind(
    network: str, address: int, key: bytes, mac: bytes, *, seconds: int, evidence: bytes, utc: float
) -> LeaseChange:
    """Give an address to a client."""
    expiry = ceil(utc) + seconds  # not a part of a second earlier than the client believes
    return _new(LeaseChange, ("bound", BOUND, network, address, key, mac, int(utc), expiry, evidence, utc))


def renew(lease: Lease, mac: bytes, *, seconds: int, evidence: bytes, utc: float) -> LeaseChange:
    """Prolong a live lease."""
    expiry = ceil(utc) + seconds
    return _new(
        LeaseChange,
        ("renewed", BOUND, lease.network, lease.address, lease.key, mac, lease.start, expiry, evidence, utc),
    )


def release(lease: Lease, utc: float) -> LeaseChange:
    """Give an address back; it is remembered for its last holder."""
    return _ended("released", RELEASED, lease, int(utc), utc)


def decline(lease: Lease, utc: float, seconds: int = QUARANTINE) -> LeaseChange:
    """Put an address into quarantine, because its client found somebody else on it."""
    return _ended("declined", DECLINED, lease, int(utc) + seconds, utc)


def spoil(network: str, address: int, utc: float, seconds: int = QUARANTINE) -> LeaseChange:
    """Put an address that nobody holds into quarantine, because it answered a probe."""
    start = int(utc)
    return LeaseChange("declined", DECLINED, network, address, b"", b"", start, start + seconds, b"", utc)


def free(lease: Lease, utc: float) -> LeaseChange:
    """Forget an address: who had it, and its quarantine."""
    return _ended("freed", RELEASED, lease, int(utc), utc)


def _ended(kind: str, state: str, lease: Lease, expiry: int, utc: float) -> LeaseChange:
    return LeaseChange(
        kind, state, lease.network, lease.address, lease.key, lease.mac, lease.start, expiry, lease.evidence, utc
    )
