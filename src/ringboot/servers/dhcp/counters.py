"""The numbers of the dhcp process, as rows of metrics.py."""

from __future__ import annotations

from typing import TypedDict

from ringboot.dhcp.message import NAMES


class Number(TypedDict):
    """One value of a metric, as main and `status` read it."""

    name: str
    labels: dict[str, str]
    value: int


class Counters:
    """Count messages by kind, outcomes by reason, commits and failures."""

    __slots__ = ("commits", "failures", "hints_lost", "messages", "outcomes", "send_failures")

    def __init__(self) -> None:
        self.messages = dict.fromkeys(("other", *NAMES.values()), 0)
        self.outcomes: dict[str, int] = {}
        self.commits = 0
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

    def outcome(self, reason: str) -> None:
        """Count an outcome."""
        self.outcomes[reason] = self.outcomes.get(reason, 0) + 1

    def rows(self, leases: dict[str, int], parked: int) -> list[Number]:
        """Give all numbers; `leases` counts addresses by state."""
        rows: list[Number] = []
        rows += [_row("dhcp_messages", value, message=name) for name, value in self.messages.items() if value]
        rows += [_row("dhcp_outcomes", value, reason=name) for name, value in sorted(self.outcomes.items())]
        rows += [_row("leases", value, state=name) for name, value in sorted(leases.items())]
        rows.append(_row("dhcp_hints_lost", self.hints_lost))
        rows.append(_row("dhcp_parked", parked))
        rows.append(_row("dhcp_send_failures", self.send_failures))
        rows.append(_row("journal_commits", self.commits))
        rows.append(_row("journal_failures", self.failures))
        return rows


def _row(name: str, value: int, **labels: str) -> Number:
    return Number(name=name, labels=labels, value=value)
