"""What is noted of each message: counted by outcome, remembered for `explain`, told to main."""

from __future__ import annotations

import json

from ringboot import reasons
from ringboot.answer.consult import TOO_LATE
from ringboot.answer.decision import Reply, Silence
from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import LEASEQUERY
from ringboot.leases.offers import Withdraw
from ringboot.model.address import ip_number
from ringboot.model.lease import LeaseChange
from ringboot.model.scripting import RESERVATION_OF, SCRIPT, Told
from ringboot.reasons import Reason
from ringboot.servers.dhcp.counters import Counters
from ringboot.servers.dhcp.hints import Hints
from ringboot.servers.dhcp.outcomes import Outcomes
from ringboot.servers.dhcp.parking import Answers
from ringboot.servers.dhcp.steps import is_missing

OF_SCRIPTS = frozenset({RESERVATION_OF, SCRIPT})
_LEASEQUERY = bytes((LEASEQUERY,))
_USUAL = 2  # details of an answer: address and network


class Notes:
    """Those who are told of each message."""

    def __init__(self, counters: Counters, outcomes: Outcomes, hints: Hints) -> None:
        self.counters = counters
        self.outcomes = outcomes
        self.hints = hints
        self._rest: dict[str, str] = {}  # a network's name as the rest of an outcome

    def unheard(self, query: Query, answers: Answers, decision: Reply | Silence, now: Now) -> None:
        """Count what became of a client that scripts or sources should have had a say in, and tell `explain`."""
        missing = [told for question, told in answers.items() if question.kind in OF_SCRIPTS and is_missing(told)]
        if not missing:
            return
        if decision.reason is reasons.NO_ANSWER_SILENT:
            self.counters.question("silent")
            return
        if not isinstance(decision, Reply):
            return
        self.counters.question("served")
        why = next((told.failed for told in missing if isinstance(told, Told)), TOO_LATE)
        self.step(query, reasons.NO_ANSWER_SERVED, {"why": why}, now)

    def step(self, query: Query, reason: Reason | None, detail: dict[str, object], now: Now) -> None:
        """Remember for `explain` what happened to a message before its outcome."""
        if reason is not None:
            address, rest = _split(detail)
            message = query.message
            self.outcomes.note(message.chaddr, now, message.options.get(53), reason.id, address, rest)

    def note(self, query: Query, decision: Reply | Silence, now: Now) -> None:
        """Count an outcome, remember it for `explain`, and tell main what the journal does not."""
        reason, change, message = decision.reason.id, decision.change, query.message
        mac = message.chaddr
        counted = self.counters.outcomes
        counted[reason] = counted.get(reason, 0) + 1
        if isinstance(change, LeaseChange):
            self.hints.settle(mac)
        elif message.options.get(53) == _LEASEQUERY:
            return  # the requester is no client, and the client said nothing
        else:
            self.hints.note(mac, query, reason, decision.detail, now)
        if change is None or isinstance(change, Withdraw) or len(decision.detail) > _USUAL:
            address, rest = _split(decision.detail)
        else:
            address, network = change.address, change.network
            rest = self._rest.get(network) or self._rest_of(network)
        self.outcomes.note(mac, now, message.options.get(53), reason, address, rest)

    def _rest_of(self, network: str) -> str:
        rest = self._rest[network] = json.dumps({"network": network})
        return rest


def _split(detail: dict[str, object]) -> tuple[int, str]:
    """Take the address out of a detail; the rest as JSON text, equal for equal details."""
    if not detail:
        return 0, ""
    rest = dict(detail)
    text = rest.pop("address", None)
    try:
        address = ip_number(text) if isinstance(text, str) else 0
    except ValueError:
        address, rest["address"] = 0, text
    return address, json.dumps(rest, sort_keys=True, default=str) if rest else ""
