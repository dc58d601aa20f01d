"""Each thing that can happen to a lease is one journal row."""

from __future__ import annotations

from ringboot.leases import change
from ringboot.leases.terms import QUARANTINE
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, LeaseChange

LEASE = Lease("phones", 5, b"\x01mac", b"mac", BOUND, 100, 200, b"said")


def test_times_are_whole_seconds_and_no_lease_ends_before_the_client_believes() -> None:
    row = change.bind("phones", 5, b"\x01mac", b"mac", seconds=60, evidence=b"said", utc=100.9)
    assert row == LeaseChange("bound", BOUND, "phones", 5, b"\x01mac", b"mac", 100, 161, b"said", 100.9)


def test_a_renewal_keeps_the_start() -> None:
    row = change.renew(LEASE, b"mac", seconds=60, evidence=b"new", utc=150.5)
    assert row == LeaseChange("renewed", BOUND, "phones", 5, b"\x01mac", b"mac", 100, 211, b"new", 150.5)


def test_what_ends_a_lease_says_from_when_the_address_is_free() -> None:
    assert change.release(LEASE, 150.5)[:2] + change.release(LEASE, 150.5)[6:8] == ("released", RELEASED, 100, 150)
    assert change.decline(LEASE, 150.5)[:2] == ("declined", DECLINED)
    assert change.decline(LEASE, 150.5).expiry == 150 + QUARANTINE
    assert change.free(LEASE, 150.5).kind == "freed"


def test_a_spoilt_address_has_no_client() -> None:
    row = change.spoil("phones", 5, 100.5, 60)
    assert (row.kind, row.state, row.key, row.mac, row.expiry) == ("declined", DECLINED, b"", b"", 160)
