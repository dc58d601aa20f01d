"""Leases for hosts that were there before us: real ones, which their clients take over when they ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ringboot.answer.facts import Facts
from ringboot.answer.query import Now
from ringboot.leases.change import bind
from ringboot.leases.terms import INFINITE
from ringboot.model import evidence
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.lease import BOUND, DECLINED, LeaseChange, seed_key

MOST = 1000  # rows of one frame
_HOSTNAME = 12
Row = dict[str, Any]


def seeds(rows: Sequence[Row], facts: Facts, now: Now) -> tuple[list[LeaseChange], dict[str, str]]:
    """Give the changes that lease addresses to MACs, and of the other rows the addresses and why not."""
    made: list[LeaseChange] = []
    refused: dict[str, str] = {}
    seen: set[int] = set()
    macs: set[tuple[str, bytes]] = set()
    for row in rows[:MOST]:
        text = str(row.get("address"))
        try:
            found = _seed(row, facts, now, seen, macs)
        except (KeyError, TypeError, ValueError) as error:
            refused[text] = str(error)
        else:
            if found is not None:
                made.append(found)
    refused.update((str(row.get("address")), f"more than {MOST} at once") for row in rows[MOST:])
    return made, refused


def _seed(row: Row, facts: Facts, now: Now, seen: set[int], macs: set[tuple[str, bytes]]) -> LeaseChange | None:
    """Give the change of one row; None: the host has its lease.  ValueError, KeyError, TypeError."""
    net = facts.nets.by_name.get(str(row["network"]))
    address, mac = ip_number(str(row["address"])), mac_octets(str(row["mac"]))
    if net is None or not net.holds(address) or address in net.unusable():
        raise ValueError(f"lies in no network called {row['network']}")
    if facts.table.is_withheld(address):
        raise ValueError("is ours, or a router's, or reserved")
    if address in seen:
        raise ValueError("is named twice")
    seen.add(address)
    lease = facts.table.of_address(address)
    if lease is not None and lease.expiry > now.utc:
        if lease.state == DECLINED and lease.key:
            raise ValueError("is in quarantine: a client declined it")
        if lease.state == BOUND:
            if lease.mac == mac:
                return None
            raise ValueError("is leased to somebody else")
    if facts.table.offered(address, now.steady) is not None:
        raise ValueError("is offered to somebody")
    seconds = int(row["seconds"])
    if not 1 <= seconds < INFINITE:
        raise ValueError(f"{seconds} s is no time that a lease can have")
    hostname = str(row.get("hostname") or "").encode("ascii", "ignore")[:63]
    said = evidence.pack({_HOSTNAME: hostname} if hostname else {})
    other = facts.table.of_client(net.name, seed_key(mac))
    is_first = (net.name, mac) not in macs and (other is None or other.address == address or other.expiry <= now.utc)
    macs.add((net.name, mac))
    key = seed_key(mac, None if is_first else address)
    return bind(net.name, address, key, mac, seconds=seconds, evidence=said, utc=now.utc)
