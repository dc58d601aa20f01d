"""RELEASE and DECLINE: a client gives its address up; neither is answered."""

from __future__ import annotations

from collections.abc import Mapping

from ringboot import reasons
from ringboot.answer.client import is_on_wire, link_of
from ringboot.answer.decision import WHO_HAS, Answer, Detail, Need, Question, Silence
from ringboot.answer.facts import Facts
from ringboot.answer.machine import machine_key
from ringboot.answer.query import Now, Query
from ringboot.answer.server import is_us
from ringboot.dhcp.message import RELEASE
from ringboot.leases import change
from ringboot.leases.terms import QUARANTINE, QUARANTINE_RESERVED
from ringboot.model import evidence
from ringboot.model.address import ip_text
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, client_key

_REQUESTED, _KIND, _SERVER, _CLIENT_ID, _AGENT = 50, 53, 54, 61, 82
_RELEASE = bytes((RELEASE,))


def release(query: Query, facts: Facts, now: Now) -> Silence:
    """Take an address back from the client that holds it (RFC 2131 4.3.4)."""
    message = query.message
    lease = facts.table.of_address(message.ciaddr)
    detail = _detail(message.ciaddr, lease)
    if lease is None or not _is_holder(query, lease, facts, now) or not _is_from_there(query, lease, facts, now):
        return Silence(reasons.RELEASE_MISMATCH, detail)
    if lease.state == RELEASED:
        return Silence(reasons.RELEASED, detail)
    if lease.state != BOUND:
        return Silence(reasons.RELEASE_MISMATCH, detail)
    return Silence(reasons.RELEASED, detail, change.release(lease, now.utc))


def decline(query: Query, facts: Facts, now: Now, answers: Mapping[Question, Answer]) -> Silence | Need:
    """Put an address into quarantine that its client found in use (RFC 2131 4.3.3), unless only the client uses it.

    Whoever is on the client's wire can forge a DECLINE that is right in everything.  But a client that declines does
    not use the address, so that another one answers there, or nobody.  When nobody does, what was in its way may have
    gone, and a quarantine costs one address; to keep the lease would bring the client back to it again and again.
    Behind a relay none of this is to be told: an echo is answered by either, and names no MAC.
    """
    asked = query.message.options.get(_REQUESTED, b"")
    address = int.from_bytes(asked, "big") if len(asked) == 4 else 0
    lease = facts.table.of_address(address)
    detail = _detail(address, lease)
    if lease is None or not _is_holder(query, lease, facts, now) or not _is_from_there(query, lease, facts, now):
        return Silence(reasons.DECLINE_MISMATCH, detail)
    if lease.state == DECLINED and lease.expiry > now.utc:
        return Silence(reasons.DECLINED, detail)
    if lease.state != BOUND or lease.expiry <= now.utc:
        return Silence(reasons.DECLINE_MISMATCH, detail)
    most = facts.site.max_declines
    if facts.table.declines(lease.mac, lease.key, now.utc) >= most:
        return Silence(reasons.DECLINE_LIMIT, {**detail, "most": most})
    net = facts.nets.by_name.get(lease.network)
    if net is not None and lease.mac and is_on_wire(query, net):
        question = Question(WHO_HAS, query.interface, address)
        if question not in answers:
            return Need(question)
        # The MAC is that of the lease: the one in the message is as the sender likes it.
        if answers[question] == frozenset((lease.mac,)):
            return Silence(reasons.DECLINE_DOUBTED, {**detail, "mac": lease.mac.hex(":")})
    return Silence(reasons.DECLINED, detail, change.decline(lease, now.utc, quarantine(address, facts)))


def quarantine(address: int, facts: Facts) -> int:
    """Give the seconds for which an address is not tried again; one outside the pools is kept for somebody."""
    net = facts.nets.at(address)
    is_kept = facts.is_reserved(address) or (net is not None and net.place(address).pool is None)
    return QUARANTINE_RESERVED if is_kept else QUARANTINE


def _is_holder(query: Query, lease: Lease, facts: Facts, now: Now) -> bool:
    message = query.message
    chosen = message.options.get(_SERVER)
    if chosen is not None and not is_us(chosen, query, facts):
        return False
    net = facts.nets.by_name.get(lease.network)
    if net is not None and net.ignores_ids and message.chaddr:
        return lease.mac == message.chaddr
    key = client_key(message.htype, message.chaddr, message.options.get(_CLIENT_ID))
    return lease.key == (key if net is None else machine_key(message, key, net, facts, now.utc))


def _is_from_there(query: Query, lease: Lease, facts: Facts, now: Now) -> bool:
    """Say whether a message comes from where the holder of a lease is; anybody can write his MAC into one.

    A client sends its RELEASE from the address that it gives back, and its DECLINE from none (RFC 2131 4.1, table 5).
    A relay is no client of ours, and tells the port that it told when the lease was given.
    """
    message, peer = query.message, query.peer
    if not message.giaddr:
        if message.options.get(_KIND) == _RELEASE:
            return peer == lease.address
        if peer not in (0, lease.address):
            return False
    link = link_of(query, facts)
    if link is None or all(net.name != lease.network for net in link.wire):
        return False
    if not message.giaddr:
        return True
    sender = facts.table.of_address(peer) if peer != message.giaddr else None
    if sender is not None and sender.state == BOUND and sender.expiry > now.utc:
        return False
    told = evidence.unpack(lease.evidence).get(_AGENT)
    return told is None or _port(told) == _port(message.options.get(_AGENT, b""))


def _port(agent: bytes) -> tuple[bytes | None, bytes | None]:
    subs = evidence.sub_options(agent)
    return subs.get(1), subs.get(2)


def _detail(address: int, lease: Lease | None) -> Detail:
    detail: Detail = {"address": ip_text(address)}
    if lease is not None:
        detail["network"] = lease.network
    return detail
