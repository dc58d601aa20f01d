from __future__ import annotations

from ringboot import metrics
from ringboot.dhcp.message import DISCOVER, REQUEST
from ringboot.servers.dhcp.counters import Counters


def kinds(**numbers: int) -> list[int]:
    counted = [0] * 256
    for name, number in numbers.items():
        counted[int(name[1:])] = number
    return counted


def test_every_number_is_a_row_of_the_table() -> None:
    counters = Counters()
    counters.count(kinds(**{f"k{DISCOVER}": 3, f"k{REQUEST}": 2, "k0": 1, "k200": 4}))
    counters.count(kinds(**{f"k{DISCOVER}": 1}))
    counters.outcome("offered")
    counters.outcome("offered")
    rows = counters.rows({"bound": 7}, parked=2)

    known = {metric.name: metric.labels for metric in metrics.TABLE}
    assert all(tuple(row["labels"]) == known[row["name"]] for row in rows)
    found = {(row["name"], *row["labels"].values()): row["value"] for row in rows}
    assert found["dhcp_messages", "DISCOVER"] == 4
    assert found["dhcp_messages", "REQUEST"] == 2
    assert found["dhcp_messages", "other"] == 5
    assert found["dhcp_outcomes", "offered"] == 2
    assert found["leases", "bound"] == 7
    assert found["dhcp_parked",] == 2
