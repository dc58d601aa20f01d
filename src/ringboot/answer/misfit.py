"""Leases that no longer fit what is configured: for each the reason, and what its renewal will get.

Whether a lease fits is what `decide` says to its renewal, so that nothing here can differ from what clients meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ringboot import reasons
from ringboot.answer.client import Client, identify
from ringboot.answer.decide import decide
from ringboot.answer.decision import Detail, Need, Reply
from ringboot.answer.facts import Facts
from ringboot.answer.network import Net
from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import BOOTREQUEST, REQUEST, Message
from ringboot.leases.table import Table
from ringboot.model.address import ip_number, ip_text, mac_text
from ringboot.model.evidence import GIADDR, unpack
from ringboot.model.lease import Lease, LeaseChange
from ringboot.model.site import Snapshot
from ringboot.reasons import Reason

# What happens when its client asks for it again
REFUSED = "refused"  # a NAK: the client starts over at once and gets what it may have
IGNORED = "ignored"  # nobody answers: the client keeps the address until its lease ends, then it starts over


_SURE = (reasons.LEASE_NETWORK_GONE, reasons.LEASE_RESERVED_FOR_ANOTHER)  # whatever scripts say


class Misfit(NamedTuple):
    """A live lease that will not be renewed."""

    lease: Lease
    reason: Reason
    detail: Detail
    at_renewal: str  # refused | ignored


class Fitting:
    """A site and its reservations, as leases are held against them; ValueError when the site cannot be used."""

    def __init__(self, snapshot: Snapshot, ours: tuple[int, ...], utc: float) -> None:
        """`ours`: the addresses of this server."""
        self._table = Table()
        # Hooks and sources cannot be asked here: without them, a lease that they gave fits wherever nobody else's is.
        self._is_scripted = snapshot.site.scripts
        snapshot = replace(snapshot, site=replace(snapshot.site, scripts=False))
        self._facts = Facts(snapshot.site, self._table)
        self._facts.replace(snapshot)
        self._holders = {ip_number(row.address): row for row in snapshot.reservations}
        self._ours = ours or (0x7F000001,)
        self._now = Now(utc, 0.0)

    def misfits(self, leases: Iterable[Lease]) -> Iterator[Misfit]:
        """Give those that no longer fit."""
        rows = list(leases)
        # Whether a client may move to the address that is reserved for it depends on who holds that.
        kept = [row for row in rows if row.address in self._holders]
        self._table.load(map(_as_change, kept))
        for row in rows:
            found = self._judged(row)
            if found is not None:
                yield found

    def _judged(self, lease: Lease) -> Misfit | None:
        query = _renewal(lease, self._ours)
        undo = None if lease.address in self._holders else self._table.apply(_as_change(lease))
        decision = decide(query, self._facts, self._now)
        if undo is not None:
            self._table.undo(undo)
        if isinstance(decision, Need) or decision.reason in (reasons.RENEWED, reasons.RENEWED_SHORT):
            return None
        reason, detail = self._why(lease, query, decision.reason, decision.detail)
        if self._is_scripted and reason not in _SURE:
            return None
        return Misfit(lease, reason, detail, REFUSED if isinstance(decision, Reply) else IGNORED)

    def _why(self, lease: Lease, query: Query, said: Reason, detail: Detail) -> tuple[Reason, Detail]:
        facts = self._facts
        net = facts.nets.at(lease.address)
        told: Detail = {"address": ip_text(lease.address), "network": lease.network}
        if net is None:
            return reasons.LEASE_NETWORK_GONE, told
        told["network"] = net.name
        client = identify(query, net, facts, self._now.utc)
        if net not in client.nets:
            return reasons.LEASE_NOT_SERVED, told
        return self._why_address(lease, net, client) or (
            reasons.LEASE_NOT_RENEWED, {**told, "why": reasons.tell(said.id, detail)},
        )  # fmt: skip

    def _why_address(self, lease: Lease, net: Net, client: Client) -> tuple[Reason, Detail] | None:
        told: Detail = {"address": ip_text(lease.address), "network": net.name}
        holder = self._holders.get(lease.address)
        if holder is not None and (client.reserved is None or client.reserved.row != holder):
            return reasons.LEASE_RESERVED_FOR_ANOTHER, {**told, "holder": f"{holder.kind} {holder.value}"}
        if client.reserved is not None and client.reserved.address != lease.address:
            return reasons.LEASE_RESERVED_ELSEWHERE, {**told, "reserved": ip_text(client.reserved.address)}
        if net.place(lease.address).pool is None:
            return reasons.LEASE_OUTSIDE_POOLS, told
        if not self._table.is_withheld(lease.address):
            return reasons.LEASE_POOL_CLOSED, told
        return None


def told(misfit: Misfit) -> dict[str, object]:
    """Write a misfit for people and programs."""
    lease, reason, detail, at_renewal = misfit
    return {
        "address": ip_text(lease.address),
        "network": lease.network,
        "mac": mac_text(lease.mac),
        "expiry": lease.expiry,
        "reason": reason.id,
        "text": reasons.tell(reason.id, detail),
        "at_renewal": at_renewal,
    }


def _as_change(lease: Lease) -> LeaseChange:
    return LeaseChange(
        "kept", lease.state, lease.network, lease.address, lease.key, lease.mac, lease.start, lease.expiry,
        lease.evidence, lease.start,
    )  # fmt: skip


def _renewal(lease: Lease, ours: tuple[int, ...]) -> Query:
    """Make the message that its client will send to us at half its time, from what it said of itself before."""
    options = unpack(lease.evidence)
    options.pop(GIADDR, None)  # a renewal comes straight to us
    key = lease.key
    if key[:1] == b"\0":
        options[61] = key[1:]
    message = Message(
        op=BOOTREQUEST, htype=1 if key[:1] == b"\0" else key[0], hlen=len(lease.mac), hops=0, xid=bytes(4), secs=0,
        flags=0, ciaddr=lease.address, yiaddr=0, siaddr=0, giaddr=0, chaddr=lease.mac, sname=b"", file=b"",
        options={53: bytes((REQUEST,)), **options},
    )  # fmt: skip
    return Query(message, "", ours, lease.address, 68, unicast=True)
