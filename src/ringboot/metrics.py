"""Every number the program counts, one row each; processes add to them, `status` and `metrics` show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

PREFIX = "ringboot_"
_ENDINGS = ("_bucket", "_sum", "_count")  # of a histogram's numbers


class Metric(NamedTuple):
    """A counter, gauge or histogram; `labels` are the names its values are split by."""

    name: str
    kind: str  # counter | gauge | histogram
    labels: tuple[str, ...]
    help: str


TABLE: tuple[Metric, ...] = (
    Metric("dhcp_messages", "counter", ("message",), "messages received, by kind"),
    Metric("dhcp_replies", "counter", ("message",), "messages sent, by kind"),
    Metric(
        "dhcp_answer_seconds",
        "histogram",
        (),
        "from when the decision about a message began until it and its batch were answered, leases on disk",
    ),
    Metric("dhcp_outcomes", "counter", ("reason",), "what became of each message"),
    Metric(
        "dhcp_dropped",
        "counter",
        (),
        "messages that nobody read: too many DISCOVERs, or no room in the socket's buffer",
    ),
    Metric("dhcp_hints_lost", "counter", (), "hints to main that were dropped because it did not read"),
    Metric("dhcp_parked", "gauge", (), "clients waiting for an answer to a question"),
    Metric(
        "dhcp_questions",
        "counter",
        ("outcome",),
        "questions to scripts and foreign sources: asked, answered, failed, unanswered (until the deadline), not-asked "
        "(nobody was there), late; and clients without an answer that were served, or left silent",
    ),
    Metric("dhcp_send_failures", "counter", (), "replies that the system refused to send"),
    Metric("leases", "gauge", ("state",), "addresses by state"),
    Metric("network_leases", "gauge", ("network", "state"), "addresses of each network that are bound or declined"),
    Metric("pool_size", "gauge", ("network", "pool"), "addresses of each pool"),
    Metric("pool_used", "gauge", ("network", "pool"), "those of them that somebody has"),
    Metric("pool_declined", "gauge", ("network", "pool"), "those in quarantine"),
    Metric("pool_offered", "gauge", ("network", "pool"), "those that wait for the client they are offered to"),
    Metric("pool_free", "gauge", ("network", "pool"), "those that nobody has, offered ones too"),
    Metric("journal_octets", "gauge", (), "size of the lease journal on disk"),
    Metric("journal_commits", "counter", (), "transactions written to the lease journal"),
    Metric("journal_failures", "counter", (), "transactions that could not be written"),
    Metric("files", "counter", ("door", "reason"), "file requests, by door and outcome"),
    Metric("loop_lag_ms", "gauge", (), "longest step of the main process's loop in the last minute, milliseconds"),
    Metric("journal_behind", "gauge", (), "leases given whose devices the main process did not look at yet"),
    Metric(
        "dhcp_other_servers",
        "gauge",
        (),
        "DHCP servers met in the last two hours that are not ours, nor allowed",
    ),
    Metric("held_back", "gauge", (), "1 while main leaves the processors to dhcp, which is at its limit"),
    Metric("renders", "counter", ("outcome",), "devices rendered"),
    Metric("devices", "gauge", ("configured",), "devices, by whether their files stand ready"),
    Metric("uptime_seconds", "gauge", (), "since the main process began"),
    Metric("dns_updates", "counter", ("reason",), "names brought to the DNS, by outcome"),
    Metric("dns_waiting", "gauge", (), "names that are not in the DNS yet, or still"),
    Metric("codes", "counter", ("reason",), "codes that phones dialled, by outcome"),
    Metric("sip_door", "counter", ("reason",), "what phones asked at the SIP door, by outcome"),
    Metric(
        "webhook_messages",
        "counter",
        ("webhook", "outcome"),
        "tries to tell webhooks something: taken, failed; and what was dropped",
    ),
    Metric("webhook_waiting", "gauge", ("webhook",), "messages that a webhook is still to be told"),
    Metric("script_calls", "counter", ("hook",), "calls of each hook of scripts, since their process began"),
    Metric("script_failures", "counter", ("hook",), "those of them that raised, took too long or ended the process"),
    Metric("script_late", "counter", ("hook",), "those that took too long"),
    Metric("script_slowest_ms", "gauge", ("hook",), "the longest that a hook took, in milliseconds"),
    Metric("script_notices", "counter", ("outcome",), "tries of scripts to tell web services something"),
    Metric("script_notices_waiting", "gauge", (), "messages of scripts that web services are still to be told"),
    Metric(
        "source_lookups",
        "counter",
        ("source", "outcome"),
        "questions to foreign sources of reservations: known, unknown, failed (late ones too), kept (answered from "
        "memory), stale (by the last answer, since it failed), refused (not asked, since it failed or too many waited)",
    ),
    Metric("source_up", "gauge", ("source",), "1 while a source is asked, 0 while it rests because it failed"),
    Metric("source_slowest_ms", "gauge", ("source",), "the longest that a lookup took, in milliseconds"),
    Metric("restarts", "counter", ("process",), "processes started again by the supervisor"),
)

BY_NAME = {row.name: row for row in TABLE}
NO_LABELS: Mapping[str, str] = {}


def family(name: str) -> str:
    """Give the row that a number belongs to: a histogram has several."""
    if name not in BY_NAME:
        for ending in _ENDINGS:
            if name.removesuffix(ending) in BY_NAME:
                return name.removesuffix(ending)
    return name


def exposition(numbers: Iterable[Mapping[str, Any]]) -> str:
    """Write numbers (`name`, `labels`, `value`) as Prometheus reads them, in the order of the table."""
    lines: dict[str, list[str]] = {row.name: [] for row in TABLE}
    for number in numbers:
        row = BY_NAME[family(number["name"])]
        name = PREFIX + number["name"] + ("_total" if row.kind == "counter" else "")
        labels = ",".join(f'{key}="{_escaped(str(value))}"' for key, value in number["labels"].items())
        value = number["value"]
        lines[row.name].append(f"{name}{{{labels}}} {value}" if labels else f"{name} {value}")
    parts: list[str] = []
    for row in TABLE:
        name = PREFIX + row.name + ("_total" if row.kind == "counter" else "")
        parts += [f"# HELP {name} {_escaped(row.help)}", f"# TYPE {name} {row.kind}", *lines[row.name]]
    return "\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
