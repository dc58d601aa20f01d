"""What the scripts process is asked about a message, before and after it is decided, and what its answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot import reasons
from ringboot.answer.case import Case
from ringboot.answer.client import Client, link_of
from ringboot.answer.decision import Answer, Detail, Need, Question, Reply, Silence
from ringboot.answer.destination import SERVER_PORT
from ringboot.answer.facts import Facts
from ringboot.answer.given import kept, live_lease, provide
from ringboot.answer.hooks import NOBODY, Fit
from ringboot.answer.network import Net, Provided, Reserved
from ringboot.answer.query import Now, Query
from ringboot.answer.request import INCOMPLETE, state_of
from ringboot.answer.rewriting import rewrite
from ringboot.answer.said import said
from ringboot.answer.server import is_us
from ringboot.answer.writing import refuse
from ringboot.dhcp.message import DECLINE, RELEASE, REQUEST, encode
from ringboot.leases.offers import Offer, Withdraw
from ringboot.model.address import ip_text
from ringboot.model.lease import client_key
from ringboot.model.scripting import RESERVATION_OF, SCRIPT, SILENT, Asked, Given, Told

ENDING = frozenset({RELEASE, DECLINE})  # nobody answers these, so that no policy is needed
UNHEARD = "the scripts process has not said yet whom it decides about"
TOO_LATE = "no answer in time"
PXE_PORT = 4011
_SERVER = 54
_YIADDR = slice(16, 20)

Answers = Mapping[Question, Answer]


class Concern(NamedTuple):
    """A message that a hook or a source may have a say in."""

    query: Query
    kind: int
    link: Net | None
    client: Client | None
    fit: Fit


def concern(query: Query, kind: int, facts: Facts) -> Fit | None:
    """Give the hooks that a message meets; None when it concerns neither hooks nor sources."""
    hooks = facts.hooks
    if hooks is None:
        return NOBODY
    options = said(query, facts) if facts.reads_relay else query.message.options
    met = hooks.met(kind, options, query.message.chaddr)
    if not met:
        return NOBODY if hooks.sources else None
    link = link_of(query, facts) if query.locals else None
    fit = hooks.fit(met, "" if link is None else link.name)
    return None if fit is NOBODY and not hooks.sources else fit


def heard_before(about: Concern, facts: Facts, now: Now, answers: Answers) -> Client | Reply | Silence | Need | None:
    """Ask who knows a client, and whether it is answered at all.

    Give the client as it is served by what was heard, or what becomes of the message; None: go on without a word.
    """
    query, kind, _, client, _ = about
    if facts.hooks is None:
        if client is None or client.known or kind in ENDING:
            return None
        return _unheard(about, client, (), "", facts, now)
    numbers = _asked_first(about, facts)
    if numbers is None:
        return None
    question = Question(RESERVATION_OF, _link(about), 0, _mark(query, kind))
    if question not in answers:
        return Need(question, None, _asked(about, RESERVATION_OF, numbers, facts, now))
    told = answers[question]
    if not isinstance(told, Told) or told.failed:
        return _unheard(about, client, numbers, told.failed if isinstance(told, Told) else "", facts, now)
    if told.drop:
        return _taken_back(about, Silence(reasons.SCRIPT_SILENT, _detail(about, told.drop)), facts, now)
    if client is None or kind in ENDING:
        return None
    facts.recalled.note((client.link.name, client.key), told.given)
    if told.refuse:
        return _refused(Case(query, client, facts, now), about, numbers)
    return None if told.given is None else provide(told.given, client, facts)


def heard_after(about: Concern, case: Case, reply: Reply, answers: Answers) -> Reply | Silence | Need:
    """Ask what the answer hooks make of a reply; what it offers stays kept for the client meanwhile.

    The question names the reply: when another one is to be sent by the time of the answer, it is asked again.
    """
    query, _, facts, now = case
    address = int.from_bytes(reply.data[_YIADDR], "big")
    question = Question(SCRIPT, f"{_link(about)} {reply.reason.id}", address, _mark(query, about.kind))
    numbers = about.fit.answer
    if question not in answers:
        asked = _asked(about, SCRIPT, numbers, facts, now)._replace(reply=reply.data)
        return Need(question, reply.change if isinstance(reply.change, Offer) else None, asked)
    told = answers[question]
    made: Reply | Silence = reply
    if not isinstance(told, Told) or told.failed:
        made = _policy(about, numbers, told.failed if isinstance(told, Told) else "", facts) or reply
    elif told.drop:
        made = Silence(reasons.SCRIPT_SILENT, _detail(about, told.drop))
    elif told.reply:
        made = rewrite(case, reply, told.reply, _names(numbers, facts))
    return _taken_back(about, made, facts, now) if isinstance(made, Silence) else made


def _asked_first(about: Concern, facts: Facts) -> tuple[int, ...] | None:
    """Give the hooks that are asked before a message is decided; None: nobody is, () the sources only."""
    _, kind, _, client, fit = about
    if kind in ENDING or client is None or _is_for_another(about, facts):
        return fit.seen or None
    hooks = facts.hooks
    by_source = hooks is not None and bool(hooks.sources) and client.reserved is None
    unknown = () if client.known else fit.unknown
    if not (fit.seen or by_source or unknown or (fit.chosen and client.reserved is not None)):
        return None
    return (*fit.seen, *unknown, *fit.chosen)


def _unheard(  # noqa: PLR0917  what is known of a question without an answer
    about: Concern, client: Client | None, numbers: tuple[int, ...], failed: str, facts: Facts, now: Now
) -> Client | Silence | None:
    """Go on without an answer, as is configured: silent, or with what the client had before."""
    silence = _policy(about, numbers, failed, facts)
    if silence is not None or client is None or about.kind in ENDING:
        return silence
    given = kept(client, facts, now)
    return None if given is None else provide(given, client, facts)


def _policy(about: Concern, numbers: tuple[int, ...], failed: str, facts: Facts) -> Silence | None:
    """Say whether a client whose question got no answer is left without one; None: it is served.

    A source that is out of reach keeps nobody from his address whom we know ourselves.
    """
    hooks = facts.hooks
    if about.kind in ENDING or (not numbers and about.client is not None and about.client.known):
        return None
    policy = facts.site.on_no_answer if hooks is None else hooks.policy(numbers, failed, facts.site.on_no_answer)
    if policy != SILENT:
        return None
    detail = _detail(about, _names(numbers, facts))
    return Silence(reasons.NO_ANSWER_SILENT, {**detail, "why": failed or (UNHEARD if hooks is None else TOO_LATE)})


def _refused(case: Case, about: Concern, numbers: tuple[int, ...]) -> Reply | Silence | None:
    """Give a client nothing, as a hook says: a NAK for what it names; None for a REQUEST that is none of this."""
    detail = _detail(about, _names(numbers, case.facts))
    if about.kind != REQUEST:
        return Silence(reasons.SCRIPT_REFUSED, detail)
    state, address = state_of(case.query)
    if state == INCOMPLETE or _is_for_another(about, case.facts):
        return None
    return refuse(case, case.client.link, reasons.NAK_SCRIPT, {**detail, "address": ip_text(address)})


def _taken_back(about: Concern, silence: Silence, facts: Facts, now: Now) -> Silence:
    """Withdraw what is offered to a client that is told nothing."""
    client = about.client
    for net in client.link.wire if client is not None and about.kind not in ENDING else ():
        if client is not None and facts.table.offer_of(net.name, client.key, now.steady) is not None:
            return silence._replace(change=Withdraw(net.name, client.key))
    return silence


def _asked(about: Concern, what: str, numbers: tuple[int, ...], facts: Facts, now: Now) -> Asked:
    query, _, _, client, _ = about
    lease = None if client is None else live_lease(client, facts, now)
    mine = None if client is None else client.reserved
    port = PXE_PORT if query.pxe else SERVER_PORT
    known = client is not None and client.known and not isinstance(mine, Provided)
    return Asked(
        0, what, numbers, query.interface, tuple(map(ip_text, query.locals)), ip_text(query.peer), port,
        query.unicast, _link(about), known, encode(query.message),
        "" if lease is None else ip_text(lease.address), None if mine is None else _as_given(mine),
    )  # fmt: skip


def _as_given(mine: Reserved) -> Given:
    if isinstance(mine, Provided):
        return mine.given
    row = mine.row
    origin = f"reservation {row.kind} {row.value}"
    return Given(origin, row.network, row.address, hostname=row.hostname or "", options=row.options)


def _mark(query: Query, kind: int) -> bytes:
    """Tell a message from the others that its client sends, and from others' at the same time."""
    message = query.message
    key = client_key(message.htype, message.chaddr, message.options.get(61))
    return b"".join((message.xid, bytes((kind, query.pxe)), message.giaddr.to_bytes(4, "big"), key))


def _is_for_another(about: Concern, facts: Facts) -> bool:
    """Say whether a REQUEST takes another server's offer."""
    chosen = about.query.message.options.get(_SERVER)
    return about.kind == REQUEST and chosen is not None and not is_us(chosen, about.query, facts)


def _link(about: Concern) -> str:
    return "" if about.link is None else about.link.name


def _names(numbers: tuple[int, ...], facts: Facts) -> str:
    hooks = facts.hooks
    return "" if hooks is None else hooks.names(numbers) or ", ".join(hooks.sources)


def _detail(about: Concern, origin: str) -> Detail:
    return {"origin": origin or "the scripts process", "network": _link(about)}
