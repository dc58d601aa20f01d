"""RELEASE and DECLINE: a client gives its address up; neither is answered."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.decision import Detail, Silence
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.answer.server import is_us
from ringboot.leases import change
from ringboot.leases.terms import QUARANTINE, QUARANTINE_RESERVED
from ringboot.model.address import ip_text
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, client_key

_REQUESTED, _SERVER, _CLIENT_ID = 50, 54, 61


def release(query: Query, facts: Facts, now: Now) -> Silence:
    """Take an address back from the client that holds it (RFC 2131 4.3.4)."""
    message = query.message
    lease = facts.table.of_address(message.ciaddr)
    detail = _detail(message.ciaddr, lease)
    direct = not message.giaddr
    if lease is None or not _is_holder(query, lease, facts) or (direct and query.peer not in (0, message.ciaddr)):
        return Silence(reasons.RELEASE_MISMATCH, detail)
    if lease.state == RELEASED:
        return Silence(reasons.RELEASED, detail)
    if lease.state != BOUND:
        return Silence(reasons.RELEASE_MISMATCH, detail)
    return Silence(reasons.RELEASED, detail, change.release(lease, now.utc))


def decline(query: Query, facts: Facts, now: Now) -> Silence:
    """Put an address into quarantine that its client found in use (RFC 2131 4.3.3)."""
    asked = query.message.options.get(_REQUESTED, b"")
    address = int.from_bytes(asked, "big") if len(asked) == 4 else 0
    lease = facts.table.of_address(address)
    detail = _detail(address, lease)
    if lease is None or not _is_holder(query, lease, facts):
        return Silence(reasons.DECLINE_MISMATCH, detail)
    if lease.state == DECLINED and lease.expiry > now.utc:
        return Silence(reasons.DECLINED, detail)
    if lease.state != BOUND or lease.expiry <= now.utc:
        return Silence(reasons.DECLINE_MISMATCH, detail)
    return Silence(reasons.DECLINED, detail, change.decline(lease, now.utc, quarantine(address, facts)))


def quarantine(address: int, facts: Facts) -> int:
    """Give the seconds for which an address is not tried again."""
    return QUARANTINE_RESERVED if facts.is_reserved(address) else QUARANTINE


def _is_holder(query: Query, lease: Lease, facts: Facts) -> bool:
    message = query.message
    chosen = message.options.get(_SERVER)
    if chosen is not None and not is_us(chosen, query, facts):
        return False
    net = facts.nets.by_name.get(lease.network)
    if net is not None and net.ignores_ids and message.chaddr:
        return lease.mac == message.chaddr
    return lease.key == client_key(message.htype, message.chaddr, message.options.get(_CLIENT_ID))


def _detail(address: int, lease: Lease | None) -> Detail:
    detail: Detail = {"address": ip_text(address)}
    if lease is not None:
        detail["network"] = lease.network
    return detail
