"""The numbers of the dhcp process, as rows of metrics.py."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import TypedDict

from ringboot.dhcp.message import NAMES


class Number(TypedDict):
    """One value of a metric, as main and `status` read it."""

    name: str
    labels: dict[str, str]
    value: float


BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds
_REPLIES = {
    "offered": "OFFER", "offered-unheld": "OFFER", "acknowledged": "ACK", "renewed": "ACK", "informed": "ACK",
    "proxy-offered": "OFFER", "proxy-acknowledged": "ACK",
    "lease-told": "LEASEACTIVE", "lease-unassigned": "LEASEUNASSIGNED", "lease-unknown": "LEASEUNKNOWN",
}  # fmt: skip


def reply_of(reason: str) -> str | None:
    """Name the message that an outcome sent; None: nothing was sent."""
    return "NAK" if reason.startswith("nak-") else _REPLIES.get(reason)


class Counters:
    """Count messages by kind, outcomes by reason, commits and failures."""

    __slots__ = (
        "answer_seconds",
        "answers",
        "commits",
        "dropped",
        "failures",
        "hints_lost",
        "messages",
        "outcomes",
        "questions",
        "send_failures",
    )

    def __init__(self) -> None:
        self.messages = dict.fromkeys(("other", *NAMES.values()), 0)
        self.outcomes: dict[str, int] = {}
        self.questions: dict[str, int] = {}  # to the scripts process
        self.answers = [0] * (len(BUCKETS) + 1)
        self.answer_seconds = 0.0
        self.commits = 0
        self.dropped = 0
        self.failures = 0
        self.hints_lost = 0
        self.send_failures = 0

    def count(self, kinds: list[int]) -> None:
        """Count received messages by option 53."""
        messages = self.messages
        counted = 0
        for kind, name in NAMES.items():
            messages[name] += kinds[kind]
            counted += kinds[kind]
        messages["other"] += sum(kinds) - counted

    def answered(self, count: int, seconds: float) -> None:
        """Count the messages of a batch that took so long."""
        self.answers[bisect_left(BUCKETS, seconds)] += count
        self.answer_seconds += count * seconds

    def outcome(self, reason: str) -> None:
        """Count an outcome."""
        self.outcomes[reason] = self.outcomes.get(reason, 0) + 1

    def question(self, outcome: str) -> None:
        """Count what became of a question to the scripts process, or of its client."""
        self.questions[outcome] = self.questions.get(outcome, 0) + 1

    def rows(self, leases: dict[str, int], parked: int, offered: Mapping[tuple[str, str], int]) -> list[Number]:
        """Give all numbers; `leases` counts addresses by state, `offered` by network and pool."""
        rows: list[Number] = []
        rows += [_row("dhcp_messages", value, message=name) for name, value in self.messages.items() if value]
        rows += [_row("dhcp_outcomes", value, reason=name) for name, value in sorted(self.outcomes.items())]
        rows += self._replies()
        rows += self._answers()
        rows += [_row("leases", value, state=name) for name, value in sorted(leases.items())]
        rows += [_row("pool_offered", value, network=net, pool=pool) for (net, pool), value in offered.items()]
        rows.append(_row("dhcp_dropped", self.dropped))
        rows.append(_row("dhcp_hints_lost", self.hints_lost))
        rows += [_row("dhcp_questions", value, outcome=name) for name, value in sorted(self.questions.items())]
        rows.append(_row("dhcp_parked", parked))
        rows.append(_row("dhcp_send_failures", self.send_failures))
        rows.append(_row("journal_commits", self.commits))
        rows.append(_row("journal_failures", self.failures))
        return rows

    def _replies(self) -> list[Number]:
        sent: dict[str, int] = {}
        for reason, value in self.outcomes.items():
            name = reply_of(reason)
            if name is not None:
                sent[name] = sent.get(name, 0) + value
        return [_row("dhcp_replies", value, message=name) for name, value in sorted(sent.items())]

    def _answers(self) -> list[Number]:
        rows: list[Number] = []
        below = 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self.answers, strict=True):
            below += count
            rows.append(_row("dhcp_answer_seconds_bucket", below, le=bound))
        rows.append(_row("dhcp_answer_seconds_sum", round(self.answer_seconds, 6)))
        rows.append(_row("dhcp_answer_seconds_count", below))
        return rows


def _row(name: str, value: float, **labels: str) -> Number:
    return Number(name=name, labels=labels, value=value)
