"""A DISCOVER: choose an address, ask whether it is free when nobody had it before, offer it or give it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot import reasons
from ringboot.answer.address import Choice, choose, closed_pools, may_hold, own_lease
from ringboot.answer.case import Case
from ringboot.answer.client import is_on_wire
from ringboot.answer.decision import ADDRESS_FREE, FAR, Answer, Decision, Need, Question, Silence
from ringboot.answer.limits import why_limited
from ringboot.answer.network import Net
from ringboot.answer.times import short_time, time_of
from ringboot.answer.writing import give, gives, grant
from ringboot.dhcp.message import OFFER
from ringboot.leases.offers import Offer, Withdraw
from ringboot.leases.terms import OFFER_FRESH, OFFER_HOLD
from ringboot.model.address import ip_text
from ringboot.model.lease import BOUND, Lease

_REQUESTED, _RAPID_COMMIT, _V6ONLY_PREFERRED = 50, 80, 108
_COMMITTED = bytes((_RAPID_COMMIT, 0))

_new = tuple.__new__  # a third of the cost of calling the class

Answers = Mapping[Question, Answer]


class Found(NamedTuple):
    """An address that may be given."""

    net: Net
    address: int
    lease: Lease | None  # the client's own of it, live or remembered
    held: Offer | None  # what keeps it for the client


def discover(case: Case, answers: Answers) -> Decision:
    """Answer a DISCOVER (RFC 2131 4.3.1), with an ACK where both sides want it (RFC 4039 3.1)."""
    query, client, facts, now = case
    asked = query.message.options.get(_REQUESTED, b"")
    found = find(case, int.from_bytes(asked, "big") if len(asked) == 4 else 0, answers)
    if not isinstance(found, Found):
        return found
    net, address, lease, held = found
    is_rapid = net.row.rapid_commit and _RAPID_COMMIT in query.message.options
    # A client that may do without IPv4 is offered an address first, so that it can leave it (RFC 8925 3.3).
    if is_rapid and not gives(case, net, address, _V6ONLY_PREFERRED):
        return grant(case, net, address, lease, reason=reasons.ACKNOWLEDGED, lead=_COMMITTED)
    change, reason = None, reasons.OFFERED
    safe = lease is not None and lease.state == BOUND and lease.expiry > now.utc and lease.key == client.key
    if not safe and (held is None or not held.probed or held.until - now.steady < OFFER_FRESH):
        if lease is not None or held is not None or may_hold(client, net, facts, now):
            change = _new(Offer, (net.name, address, client.key, now.steady + OFFER_HOLD, True))
        else:
            reason = reasons.OFFERED_UNHELD
    seconds, _ = short_time(net, address, facts, now.utc, time_of(case, net))
    return give(case, net, address, kind=OFFER, seconds=seconds, change=change, reason=reason)


def find(case: Case, wanted: int, answers: Answers) -> Found | Need | Silence:
    """Find the address for a client that may have none yet, and see that nobody uses it."""
    _, client, facts, now = case
    choice = choose(case, wanted)
    if choice is None:
        return _none_left(case)
    net, address = choice
    lease = own_lease(case, address)
    held = facts.table.offer_of(net.name, client.key, now.steady)
    if held is not None and held.address != address:
        held = None
    if lease is None and (held is None or not held.probed):
        outcome = _ask_first(case, choice, held, answers)
        if outcome is not None:
            return outcome
    return _new(Found, (net, address, lease, held))


def _ask_first(case: Case, choice: Choice, held: Offer | None, answers: Answers) -> Need | Silence | None:
    """Ask whether an address is free that this client never had; None: go on."""
    query, client, facts, now = case
    message = query.message
    if not facts.site.probe or message.ciaddr:
        return None
    interface = query.interface
    if not is_on_wire(query, choice.net):
        if not facts.site.probe_relayed:
            return None
        interface = FAR
    question = Question(ADDRESS_FREE, interface, choice.address)
    if question not in answers:
        hold = None
        if may_hold(client, choice.net, facts, now) if held is None else held.until - now.steady < OFFER_FRESH:
            hold = Offer(choice.net.name, choice.address, client.key, now.steady + OFFER_HOLD, probed=False)
        return Need(question, hold)
    # An echo that cannot be sent tells as little as one that nobody answers, which a firewall may be the reason of.
    if answers[question] is None and interface != FAR and facts.site.on_no_answer == "silent":
        detail: dict[str, object] = {"question": f"{question.kind} {ip_text(question.address)}"}
        return Silence(reasons.NO_ANSWER, detail, Withdraw(choice.net.name, client.key))
    return None


def _none_left(case: Case) -> Silence:
    """Say why there is no address: its reservation is in use, no pool serves it, a limit is reached, all are full."""
    _, client, facts, _ = case
    mine = client.reserved
    detail: dict[str, object] = {"network": client.nets[0].name}
    if mine is not None and mine.address and not client.nets[0].pools:
        lease = facts.table.of_address(mine.address)
        holder = lease.mac.hex(":") if lease is not None and lease.mac else "a client without a lease"
        return Silence(reasons.RESERVED_IN_USE, {**detail, "address": ip_text(mine.address), "holder": holder})
    if all(len(closed_pools(case, net)) == len(net.pools) for net in client.nets):
        names = {name for net in client.nets for pool in net.row.pools for name in pool.classes}
        return Silence(reasons.POOL_CLOSED, {**detail, "classes": ", ".join(sorted(names))})
    limited = why_limited(case)
    return Silence(reasons.POOL_FULL, detail) if limited is None else Silence(*limited)
