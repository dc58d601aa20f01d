"""A batch of messages on its way: decide each, write all changes in one transaction, then send.

The table is changed at once, so that a later message of the batch sees an earlier one's lease; the inverse of each
change is kept until the journal has the batch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from ringboot import log, reasons
from ringboot.answer.decide import address_used, decide
from ringboot.answer.decision import ADDRESS_FREE, FAR, WHO_HAS, Decision, Need, Question, Reply, Silence, To
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import DISCOVER, LEASEQUERY
from ringboot.leases.offers import Offer, Withdraw
from ringboot.leases.undo import Undo
from ringboot.model.address import ip_text
from ringboot.model.lease import LeaseChange
from ringboot.model.scripting import Asked as About
from ringboot.model.scripting import Told
from ringboot.model.slowest import Slowest
from ringboot.reasons import Reason
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.backlog import Shed
from ringboot.servers.dhcp.clock import Clock
from ringboot.servers.dhcp.counters import Counters
from ringboot.servers.dhcp.hints import Hints
from ringboot.servers.dhcp.notes import OF_SCRIPTS, Notes
from ringboot.servers.dhcp.outcomes import Outcomes
from ringboot.servers.dhcp.parking import Answers, Parked, Parking
from ringboot.servers.dhcp.port import Arrivals
from ringboot.servers.dhcp.scan import Scan
from ringboot.servers.dhcp.settling import Decided, Held, Settling, Syncs
from ringboot.servers.dhcp.steps import step
from ringboot.servers.dhcp.turns import Turns
from ringboot.store.journal import Journal, JournalFailed

TRIES = 4  # questions that one message may raise
TRIES_OF_SCRIPTS = 2  # and as many more where scripts are asked
SAY_AGAIN = 10.0  # seconds between two lines about the same failure

_NOTHING: Answers = {}
_DISCOVER, _LEASEQUERY = bytes((DISCOVER,)), bytes((LEASEQUERY,))


class Sender(Protocol):
    """An interface, as far as sending goes."""

    def send(self, data: bytes, to: To, pxe: bool = False) -> bool:
        """Send a reply, from the port of boot servers or from DHCP's; False when the system refused it."""


class Asker(Protocol):
    """Somebody who can ask whether an address is in use; the answer comes to `Door.heard`."""

    def ask(self, interface: str, address: int) -> Asked:
        """Ask once."""


class Consulted(Protocol):
    """Somebody who can ask the scripts process; the answer comes to `Door.told`."""

    def ask(self, question: Question, asked: About) -> bool:
        """Ask; False when nobody is there."""

    def forget(self, question: Question) -> None:
        """Hear that an answer is not waited for any more."""


class _Batch:
    """What became of the messages so far, and how to undo it."""

    __slots__ = ("changes", "done", "undos")

    def __init__(self) -> None:
        self.changes: list[LeaseChange] = []
        self.undos: list[Undo] = []
        self.done: list[Decided] = []


class Door:
    """Answers messages; everything it needs is given to it."""

    def __init__(
        self,
        facts: Facts,
        journal: Journal,
        ports: Mapping[str, Sender],
        prober: Asker,
        *,
        clock: Clock | None = None,
        disk: Syncs | None = None,
    ) -> None:
        self.facts = facts
        self.journal = journal
        self.settling = Settling(journal, disk)
        self.counters = Counters()
        self.outcomes = Outcomes()
        self.hints = Hints()
        self.notes = Notes(self.counters, self.outcomes, self.hints)
        self.parking = Parking()
        self.scan = Scan(prober.ask, self._cannot_scan)
        self.slowest = Slowest()
        self.clock = clock or Clock()
        self.scripts: Consulted | None = None
        self._ports = ports
        self._prober = prober
        self._turns = Turns(facts.table)
        self._said: dict[str, float] = {}

    @property
    def has_waiting(self) -> bool:
        """Say whether messages wait for a turn with room."""
        return self._turns.has_waiting

    @property
    def crowded(self) -> int:
        """Count the DISCOVERs that were left out so far because too many clients ask."""
        return self._turns.crowded

    # The way of a batch

    def work(self, arrivals: Arrivals, *, more: bool) -> None:
        """Answer messages, and those whose question has lasted long enough."""
        now = self.clock.now()
        batch = _Batch()
        if len(self.parking):
            for question in self.parking.over(now.steady):
                if question.kind in OF_SCRIPTS and self.scripts is not None:
                    self.scripts.forget(question)
                    self.counters.question("unanswered")
                self._resume(self.parking.answered(question, self.parking.heard(question)), now, batch)
        for bad in arrivals.bad:
            self.counters.outcome(reasons.BAD_PACKET.id)
            if self._may_say("bad packet", now):
                log.get().info("not a DHCP packet", why=bad.why, offset=bad.offset)
        self._decide_all(self._in_order(arrivals, more, now), now, batch)
        self._commit(batch, now)

    def _decide_all(self, queries: Iterable[Query], now: Now, batch: _Batch) -> None:
        """Decide fresh messages: the short way of `_answer` for those that need nothing else."""
        facts, apply = self.facts, self.facts.table.apply
        done, undos, changes = batch.done.append, batch.undos.append, batch.changes.append
        parked = self.parking.clients
        for query in queries:
            if parked and self._waits(query, now):
                continue
            try:
                decision = decide(query, facts, now, _NOTHING)
            except Exception as error:  # a message must not be able to stop the process, whatever is wrong with it
                decision = self._fault(query, error, now)
            if isinstance(decision, Need):
                self._go_on(query, decision, _NOTHING, now, batch)
                continue
            change = decision.change
            if change is not None:
                undos(apply(change))
                if isinstance(change, LeaseChange):
                    changes(change)
            done((query, decision))

    def heard(self, interface: str, used: Mapping[int, Collection[bytes]]) -> None:
        """Take it that these addresses are used, by these MACs if any are told, on an interface or far away.

        Who has an address that was declined is told at the deadline only: several may answer.
        """
        now = self.clock.now()
        batch = _Batch()
        reason = reasons.ADDRESS_ANSWERS if interface == FAR else reasons.ADDRESS_IN_USE
        for address, macs in used.items():
            self.parking.hear(Question(WHO_HAS, interface, address), macs)
            question = Question(ADDRESS_FREE, interface, address)
            if not self.parking.is_asked(question):
                continue
            self._apply(address_used(question, self.facts, now), batch)
            log.get().warning(
                "address is in use without a lease", address=ip_text(address), interface=interface or "behind a relay"
            )
            parked = self.parking.answered(question, False)
            for each in parked:
                self.notes.note(each.query, Silence(reason, {"address": ip_text(address)}), now)
            self._resume(parked, now, batch)
        self._commit(batch, now)

    def told(self, heard: Mapping[Question, Told | None]) -> None:
        """Go on with what the scripts process says; None: it was lost before it answered."""
        now = self.clock.now()
        batch = _Batch()
        for question, told in heard.items():
            parked = self.parking.answered(question, told)
            self.counters.question("unanswered" if told is None else "failed" if told.failed else "answered")
            if told is not None:
                for each in parked:
                    self.notes.step(each.query, *step(question, told), now)
            self._resume(parked, now, batch)
        self._commit(batch, now)

    def is_free(self, address: int) -> bool:
        """Say whether an address may be given to anybody, as far as we know."""
        now, table = self.clock.now(), self.facts.table
        lease = table.of_address(address)
        held = table.is_withheld(address) or table.offered(address, now.steady) is not None
        return not held and (lease is None or lease.expiry <= now.utc)

    def found_in_use(self, interface: str, address: int) -> bool:
        """Put a free address into quarantine that somebody uses; False when it is not free, or enough others are there.

        Whoever answers for every address, or the clients of the server that was here before, must not close a network:
        what is left is asked about again before it is offered.
        """
        if not self.is_free(address):
            return False
        now, batch = self.clock.now(), _Batch()
        change = address_used(Question(ADDRESS_FREE, interface, address), self.facts, now)
        if not self.facts.table.may_spoil(change.network):
            if self._may_say(f"scan {change.network}", now):
                self._report(reasons.SCAN_FOUND_MANY, {"network": change.network})
            return False
        self._apply(change, batch)
        self._commit(batch, now)
        detail: dict[str, object] = {
            "address": ip_text(address), "network": change.network, "interface": interface,
        }  # fmt: skip
        self._report(reasons.SCAN_FOUND, detail)
        return True

    def _cannot_scan(self, interface: str) -> None:
        self._report(reasons.SCAN_NOT_POSSIBLE, {"interface": interface})

    def _report(self, reason: Reason, detail: dict[str, object]) -> None:
        """Tell the log and main what is about no client."""
        log.tell("warning", reason.id, detail)
        self.hints.say(reason.id, detail, self.clock.now().utc)

    def ask_again(self) -> None:
        """Send the second probe of the questions that are halfway."""
        if len(self.parking):
            for question in self.parking.to_repeat(self.clock.now().steady):
                if question.kind not in OF_SCRIPTS:
                    self._prober.ask(question.interface, question.address)

    def change(self, *changes: LeaseChange) -> None:
        """Make changes that no message asked for; JournalFailed: none of them happened."""
        if not changes:
            return
        undos = [self.facts.table.apply(change) for change in changes]
        try:
            self.journal.append(list(changes))
        except JournalFailed:
            for undo in reversed(undos):
                self.facts.table.undo(undo)
            self.counters.failures += 1
            raise
        self.counters.commits += 1

    def _in_order(self, arrivals: Arrivals, more: bool, now: Now) -> Iterable[Query]:
        self.counters.count(arrivals.kinds)
        shed: list[Shed] = []
        queries = self._turns.order(arrivals, more, now.steady, shed)
        for query, reason in shed:
            self.notes.note(query, Silence(reason, {}), now)
        return queries

    def _resume(self, parked: Sequence[Parked], now: Now, batch: _Batch) -> None:
        for each in parked:
            if not self._follows(each.query, each.answers):
                self._answer(each.query, each.answers, now, batch)

    def _waits(self, query: Query, now: Now) -> bool:
        """Put a message in the place of what its client has waiting; say whether it waits as well."""
        older = self.parking.take(query)
        if older is not None:
            self.notes.note(older.query, Silence(reasons.SUPERSEDED, {}), now)
        return self._follows(query, _NOTHING)

    def _follows(self, query: Query, answers: Answers) -> bool:
        """Let a DISCOVER wait until what its client gave up before is dealt with; False: there is nothing.

        A client that starts over when it has declined its address is not to be offered the same one.
        """
        question = self.parking.ending(query) if query.message.options.get(53) == _DISCOVER else None
        return question is not None and self.parking.park(query, question, answers, deadline=0.0, repeat=0.0)

    def _answer(self, query: Query, answers: Answers, now: Now, batch: _Batch) -> None:
        """Decide one message, and ask when that is needed."""
        self._go_on(query, self._decide(query, answers, now), answers, now, batch)

    def _go_on(self, query: Query, decision: Decision, answers: Answers, now: Now, batch: _Batch) -> None:
        if isinstance(decision, Need):
            answered = self._ask(query, decision, answers, now, batch)
            if answered is None:
                return
            decision = answered
        elif answers:
            self.notes.unheard(query, answers, decision, now)
        if decision.change is not None:
            self._apply(decision.change, batch)
        batch.done.append((query, decision))

    def _decide(self, query: Query, answers: Answers, now: Now) -> Decision:
        try:
            return decide(query, self.facts, now, answers)
        except Exception as error:  # as above
            return self._fault(query, error, now)

    def _fault(self, query: Query, error: Exception, now: Now) -> Silence:
        if self._may_say("decide", now):
            log.get().exception("a message could not be decided", octets=repr(query.message))
        return Silence(reasons.NOT_DECIDED, {"why": f"{type(error).__name__}: {error}"})

    def _apply(self, change: LeaseChange | Offer | Withdraw, batch: _Batch) -> None:
        batch.undos.append(self.facts.table.apply(change))
        if isinstance(change, LeaseChange):
            batch.changes.append(change)

    def _ask(self, query: Query, need: Need, answers: Answers, now: Now, batch: _Batch) -> Reply | Silence | None:
        """Ask a question; None when the message waits for the answer."""
        most = TRIES + TRIES_OF_SCRIPTS if self.facts.asks else TRIES
        while len(answers) < most:
            question = need.question
            if need.change is not None:
                self._apply(need.change, batch)
            asked = Asked.SENT if self.parking.is_asked(question) else self._send(need)
            if asked is Asked.SENT:
                wait = self.facts.site.question_deadline
                if self.parking.park(
                    query, question, answers, deadline=now.steady + wait, repeat=now.steady + wait / 2
                ):
                    return None
                return Silence(reasons.OVERLOADED, {})
            if asked is Asked.CANNOT_ASK and need.asked is None:
                self._cannot_ask(question.interface, now)
            answers = {**answers, question: True if asked is Asked.NOBODY_CAN_ANSWER else None}
            decision = self._decide(query, answers, now)
            if not isinstance(decision, Need):
                self.notes.unheard(query, answers, decision, now)
                return decision
            need = decision
        return Silence(reasons.NO_ANSWER, {"question": need.question.kind})

    def _send(self, need: Need) -> Asked:
        """Ask the wire, or the scripts process."""
        question, asked = need.question, need.asked
        if asked is None:
            return self._prober.ask(question.interface, question.address)
        is_sent = self.scripts is not None and self.scripts.ask(question, asked)
        self.counters.question("asked" if is_sent else "not-asked")
        return Asked.SENT if is_sent else Asked.CANNOT_ASK

    def _cannot_ask(self, interface: str, now: Now) -> None:
        if interface == FAR:
            if FAR not in self._said:  # once: it does not change
                self._said[FAR] = now.steady
                self._report(reasons.ECHO_NOT_POSSIBLE, {})
        elif self._may_say(f"probe {interface}", now):
            log.get().warning("addresses cannot be probed by ARP", interface=interface)

    def settled(self) -> None:
        """Send what was waiting for the disk, as far as it is there now; JournalLost when the disk fails."""
        for held in self.settling.ended():
            self._finish(held.done, held.now)

    def flush(self) -> None:
        """Send all that waits for the disk, as soon as it is there."""
        for held in self.settling.flush():
            self._finish(held.done, held.now)

    def _commit(self, batch: _Batch, now: Now) -> None:
        """Write what changed, and send it when it is on the disk; when it cannot be written, nothing happened.

        Offers leave at once: they promise nothing that the disk must know, and their clients can go on meanwhile.
        """
        if not batch.changes:
            self._finish(batch.done, now)
            return
        try:
            seq = self.journal.write(batch.changes)
        except JournalFailed as error:
            self._undo(batch, error, now)
            return
        self.counters.commits += 1
        ahead: list[Decided] = []
        waiting: list[Decided] = []
        for each in batch.done:
            (ahead if each[1].reason is reasons.OFFERED else waiting).append(each)
        self._finish(ahead, now)
        for held in self.settling.hold(Held(seq, waiting, now)):
            self._finish(held.done, held.now)

    def _finish(self, done: Sequence[Decided], now: Now) -> None:
        ports, note = self._ports, self.notes.note
        for query, decision in done:
            if isinstance(decision, Reply) and not ports[query.interface].send(decision.data, decision.to, query.pxe):
                self.counters.send_failures += 1
            note(query, decision, now)
        if done:
            self.counters.answered(len(done), self.clock.now().steady - now.steady)

    def _undo(self, batch: _Batch, error: JournalFailed, now: Now) -> None:
        for undo in reversed(batch.undos):
            self.facts.table.undo(undo)
        self.counters.failures += 1
        if self._may_say("journal", now):
            log.get().error("leases cannot be written, so nothing is answered", why=str(error))
        for query, _ in batch.done:
            self.notes.note(query, Silence(reasons.JOURNAL_FAILED, {"why": error.why}), now)

    def _may_say(self, what: str, now: Now) -> bool:
        """Say whether a line about this is due: the same failure is not told for every packet."""
        if now.steady - self._said.get(what, -SAY_AGAIN) < SAY_AGAIN:
            return False
        self._said[what] = now.steady
        return True
