"""Numbers as Prometheus reads them."""

from __future__ import annotations

import re

import pytest

from ringboot import metrics, reasons
from ringboot.dhcp.message import NAMES
from ringboot.servers.dhcp.counters import reply_of

# The text format, as its specification has it: a line is a comment, or a name, labels and a number.
_LINE = re.compile(
    r'# (HELP|TYPE) ringboot_\w+ \S.*|ringboot_\w+(\{\w+="(\\.|[^"\\\n])*"(,\w+="(\\.|[^"\\\n])*")*\})? [0-9.e+-]+'
)
NUMBERS = [
    {"name": "dhcp_messages", "labels": {"message": "DISCOVER"}, "value": 7},
    {"name": "pool_size", "labels": {"network": 'a"b\\c\nd', "pool": "x"}, "value": 2},
    {"name": "dhcp_answer_seconds_bucket", "labels": {"le": "+Inf"}, "value": 7},
    {"name": "dhcp_answer_seconds_sum", "labels": {}, "value": 0.25},
    {"name": "loop_lag_ms", "labels": {}, "value": 1.5},
]


def test_numbers_are_written_as_prometheus_reads_them() -> None:
    lines = metrics.exposition(NUMBERS).splitlines()
    assert [line for line in lines if not _LINE.fullmatch(line)] == []
    assert [line for line in lines if line[0] != "#"] == [
        'ringboot_dhcp_messages_total{message="DISCOVER"} 7',
        'ringboot_dhcp_answer_seconds_bucket{le="+Inf"} 7',
        "ringboot_dhcp_answer_seconds_sum 0.25",
        'ringboot_pool_size{network="a\\"b\\\\c\\nd",pool="x"} 2',
        "ringboot_loop_lag_ms 1.5",
    ]
    kinds = [line.split()[2:] for line in lines if line.startswith("# TYPE")]
    assert [name.removeprefix("ringboot_").removesuffix("_total") for name, _ in kinds] == list(metrics.BY_NAME)
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in kinds)


def test_a_number_without_a_row_is_a_fault() -> None:
    with pytest.raises(KeyError):
        metrics.exposition([{"name": "dhcp_mesages", "labels": {}, "value": 1}])


def test_replies_are_named_by_their_reasons() -> None:
    sent = {row.id: reply_of(row.id) for row in reasons.TABLE.values() if row.stage == "dhcp" and reply_of(row.id)}
    assert set(sent.values()) == {"OFFER", "ACK", "NAK", "LEASEACTIVE", "LEASEUNASSIGNED", "LEASEUNKNOWN"}
    assert set(sent.values()) <= set(NAMES.values())
    assert {name for name in sent if "offer" in name} == {
        row for row in reasons.TABLE if row.startswith(("offered", "proxy-offered"))
    }
