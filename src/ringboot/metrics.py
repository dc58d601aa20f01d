"""Every number the program counts, one row each; processes add to them and `status` shows them."""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """A counter or gauge; `labels` are the names its values are split by."""

    name: str
    kind: str  # counter | gauge
    labels: tuple[str, ...]
    help: str


TABLE: tuple[Metric, ...] = (
    Metric("dhcp_messages", "counter", ("message",), "messages received, by kind"),
    Metric("dhcp_outcomes", "counter", ("reason",), "what became of each message"),
    Metric("dhcp_hints_lost", "counter", (), "hints to main that were dropped because it did not read"),
    Metric("dhcp_parked", "gauge", (), "clients waiting for an answer to a question"),
    Metric("dhcp_send_failures", "counter", (), "replies that the system refused to send"),
    Metric("leases", "gauge", ("state",), "addresses by state"),
    Metric("journal_commits", "counter", (), "transactions written to the lease journal"),
    Metric("journal_failures", "counter", (), "transactions that could not be written"),
    Metric("files", "counter", ("door", "reason"), "file requests, by door and outcome"),
    Metric("loop_lag_ms", "gauge", (), "longest step of the main process's loop in the last minute, milliseconds"),
    Metric("journal_behind", "gauge", (), "leases given whose devices the main process did not look at yet"),
    Metric("held_back", "gauge", (), "1 while main leaves the processors to dhcp, which is at its limit"),
    Metric("renders", "counter", ("outcome",), "devices rendered"),
    Metric("restarts", "counter", ("process",), "processes started again by the supervisor"),
)
