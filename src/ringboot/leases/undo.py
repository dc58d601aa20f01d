"""What a change of the table replaced, so that it can be put back; and which of two leases is the present one."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.leases.offers import Offer, Withdraw
from ringboot.model.lease import BOUND, Lease, LeaseChange

Change = LeaseChange | Offer | Withdraw


class Undo(NamedTuple):
    """What stood in the table before a change, in the order in which it was replaced."""

    leases: list[tuple[int, Lease | None]]
    clients: list[tuple[str, bytes, Lease | None]]
    offers: list[tuple[Offer, bool]]  # the offer, and whether it was there before


def outranks(one: Lease, other: Lease) -> bool:
    """Say which of a client's two addresses in one network is the present one."""
    return (one.state == BOUND, one.start) > (other.state == BOUND, other.start)
