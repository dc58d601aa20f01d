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
    counters.outcome("nak-not-yours")
    counters.answered(3, 0.0004)
    counters.answered(1, 0.003)
    counters.answered(1, 5.0)
    rows = counters.rows({"bound": 7}, parked=2, offered={("phones", "10.0.1.0-10.0.1.9"): 1})

    for row in rows:
        more = ("le",) if row["name"].endswith("_bucket") else ()
        assert tuple(row["labels"]) == metrics.BY_NAME[metrics.family(row["name"])].labels + more
    found = {(row["name"], *row["labels"].values()): row["value"] for row in rows}
    assert found["dhcp_messages", "DISCOVER"] == 4
    assert found["dhcp_messages", "REQUEST"] == 2
    assert found["dhcp_messages", "other"] == 5
    assert found["dhcp_outcomes", "offered"] == 2
    assert (found["dhcp_replies", "OFFER"], found["dhcp_replies", "NAK"]) == (2, 1)
    assert found["pool_offered", "phones", "10.0.1.0-10.0.1.9"] == 1
    buckets = [found["dhcp_answer_seconds_bucket", bound] for bound in ("0.0005", "0.002", "0.005", "1.0", "+Inf")]
    assert buckets == [3, 3, 4, 4, 5]
    assert (found["dhcp_answer_seconds_count",], found["dhcp_answer_seconds_sum",]) == (5, 5.0042)
    assert found["leases", "bound"] == 7
    assert found["dhcp_parked",] == 2
