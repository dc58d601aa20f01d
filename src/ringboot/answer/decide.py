"""What becomes of a client's message: the one way in.  It only reads; the door makes the change that it names."""

from __future__ import annotations

from collections.abc import Mapping

from ringboot import reasons
from ringboot.answer.bootp import bootp
from ringboot.answer.case import Case
from ringboot.answer.client import Client, identify, link_of, selection
from ringboot.answer.consult import ENDING, Concern, concern, heard_after, heard_before
from ringboot.answer.decision import Answer, Decision, Question, Reply, Silence
from ringboot.answer.discover import discover
from ringboot.answer.ending import decline, quarantine, release
from ringboot.answer.facts import Facts
from ringboot.answer.given import why_taken
from ringboot.answer.inform import inform
from ringboot.answer.leasequery import leasequery
from ringboot.answer.network import Provided
from ringboot.answer.proxy import proxied
from ringboot.answer.query import Now, Query
from ringboot.answer.request import no_service, request
from ringboot.answer.short import short
from ringboot.dhcp.message import BOOTREQUEST, DECLINE, DISCOVER, INFORM, KINDS, LEASEQUERY, RELEASE, REQUEST
from ringboot.leases import change
from ringboot.model.address import ip_text
from ringboot.model.lease import LeaseChange

BOOTP = 0  # a message without a type
_ORDINARY = frozenset({DISCOVER, REQUEST})
_ANSWERED = _ORDINARY | {INFORM}
_NOTHING_ASKED: Mapping[Question, Answer] = {}


def decide(query: Query, facts: Facts, now: Now, answers: Mapping[Question, Answer] = _NOTHING_ASKED) -> Decision:
    """Decide about one message; `answers` are those to questions asked before, None where no answer came in time."""
    message = query.message
    kind = KINDS.get(message.options.get(53), 0)
    is_known = kind in _ANSWERED or kind in (RELEASE, DECLINE) or 53 not in message.options
    if message.op != BOOTREQUEST or not is_known:
        if kind == LEASEQUERY and message.op == BOOTREQUEST and query.locals:
            return leasequery(query, facts, now)
        return Silence(reasons.NOT_A_REQUEST, {})
    if not message.chaddr and len(message.options.get(61, b"")) < 2:
        return Silence(reasons.NO_IDENTITY, {})
    if facts.asks:
        return _with_scripts(query, kind, facts, now, answers)
    return _alone(query, kind, facts, now, answers)


def _alone(query: Query, kind: int, facts: Facts, now: Now, answers: Mapping[Question, Answer]) -> Decision:
    if kind == RELEASE:
        return release(query, facts, now)
    if kind == DECLINE:
        return decline(query, facts, now, answers)
    facts.meet(query.locals)
    reply = short(query, kind, facts, now) if kind in _ORDINARY and not answers and query.locals else None
    return decide_at_length(query, kind, facts, now, answers) if reply is None else reply


def _with_scripts(query: Query, kind: int, facts: Facts, now: Now, answers: Mapping[Question, Answer]) -> Decision:
    """Decide with what hooks and foreign sources say, where they have a say: for most messages they have none."""
    fit = concern(query, kind, facts)
    if fit is None:
        return _alone(query, kind, facts, now, answers)
    link = link_of(query, facts) if query.locals else None
    facts.meet(query.locals)
    client = None if link is None else identify(query, link, facts, now.utc)
    about = Concern(query, kind, link, client, fit)
    heard = heard_before(about, facts, now, answers)
    if heard is not None and not isinstance(heard, Client):
        return heard
    client = heard or client
    if client is None or kind in ENDING:
        return _alone(query, kind, facts, now, answers)
    case = Case(query, client, facts, now)
    taken = why_taken(case) if kind in (BOOTP, DISCOVER) else None
    decision = taken or _decide_case(case, kind, answers)
    if isinstance(decision, Reply) and fit.answer:
        return heard_after(about._replace(client=client), case, decision, answers)
    return decision


def decide_at_length(query: Query, kind: int, facts: Facts, now: Now, answers: Mapping[Question, Answer]) -> Decision:
    """Decide with all that may play a part about what is answered at all; `short` is held to what this says."""
    link = link_of(query, facts) if query.locals else None
    if link is None:
        return Silence(reasons.NO_NETWORK, {"where": _where(query, facts)})
    client = identify(query, link, facts, now.utc)
    case = tuple.__new__(Case, (query, client, facts, now))  # a third of the cost of calling the class
    return _decide_case(case, kind, answers)


def _decide_case(case: Case, kind: int, answers: Mapping[Question, Answer]) -> Decision:
    client = case.client
    link = client.link
    beside = proxied(case, kind)
    if beside is not None:
        return beside
    if link.row.proxy or not (link.pools or link.is_served() or isinstance(client.reserved, Provided)):
        return no_service(client)
    if kind == REQUEST:
        return request(case)
    if kind == INFORM:
        return inform(case)
    if not client.nets:
        return no_service(client)
    return bootp(case, answers) if kind == BOOTP else discover(case, answers)


def address_used(question: Question, facts: Facts, now: Now) -> LeaseChange:
    """Put an address into quarantine that somebody answered at; then decide again."""
    net = facts.nets.at(question.address)
    seconds = quarantine(question.address, facts)
    return change.spoil("" if net is None else net.name, question.address, now.utc, seconds)


def _where(query: Query, facts: Facts) -> str:
    message = query.message
    chosen = selection(message, facts)
    if chosen is not None:
        return f"the subnet that was selected, {ip_text(int.from_bytes(chosen[:4], 'big'))}"
    if message.giaddr:
        return f"relay {ip_text(message.giaddr)}"
    ours = ", ".join(map(ip_text, query.locals)) or "no address"
    return f"interface {query.interface} ({ours})"
