"""What top makes of two looks at the counters, and how it shows it."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.cli.top import between, text_of


def look(seconds: float, discovers: int, acked: int, served: int, **more: Any) -> dict[str, Any]:
    return {
        "seconds": seconds, "dhcp": True, "messages": {"DISCOVER": discovers}, "rendering": 0, "journal_behind": 0,
        "outcomes": {"acknowledged": acked, "renewed": 2 * acked, "offered": 9 * acked}, "leases": {"bound": 3},
        "files": [{"door": "http", "reason": "served", "count": served}, {"door": "http", "reason": "x", "count": 4}],
        "renders": {"rendered": acked}, "loop_lag_ms": 1.0,
        "pools": [{"network": "lan", "pool": "10.0.0.1-10.0.0.10", "size": 10, "used": 3, "free": 7}],
        "slowest": [{"ms": 1234.5, "utc": 0.0, "door": "http", "what": "a\x1b.cfg", "who": "10.0.0.3"}],
        "questions": {"asked": acked, "answered": acked}, **more,
    }  # fmt: skip


def test_rates_are_means_of_the_time_between_two_looks() -> None:
    told = between(look(10, 100, 10, 6), look(12, 150, 20, 16))
    assert (told["seconds"], told["messages"], told["leases"]) == (2, {"DISCOVER": 25.0}, 15.0)
    assert told["files"] == [
        {"door": "http", "served": 5.0, "refused": 0.0},
        {"door": "tftp", "served": 0.0, "refused": 0.0},
    ]
    assert (told["renders"], told["addresses"]) == ({"rendered": 5.0}, {"bound": 3})


def test_a_process_that_was_started_again_begins_at_nothing() -> None:
    told = between(look(10, 100, 10, 6), look(12, 4, 2, 0))
    assert (told["messages"], told["leases"]) == ({"DISCOVER": 2.0}, 3.0)


def test_a_person_sees_rates_pools_and_the_slowest() -> None:
    lines = text_of(between(look(10, 100, 10, 6), look(12, 150, 20, 16))).splitlines()
    words = [line.split() for line in lines]
    assert ["DISCOVER", "25.0"] in words
    assert ["leases", "15.0"] in words
    assert ["questions", "to", "scripts", "5.0", "5.0", "answered"] in words
    assert ["lan", "10.0.0.1-10.0.0.10", "10", "3", "(30", "%)", "7"] in words
    assert ["1,234.5", "http", "a?.cfg", "10.0.0.3"] in [row[:4] for row in words]
    assert "questions" not in text_of(between(*[look(at, 1, 1, 1, questions={}) for at in (1, 2)]))
    assert "The dhcp process does not answer." in text_of(between(look(1, 1, 1, 1), look(2, 2, 2, 2, dhcp=False)))


def test_it_looks_once_and_ends(server: Any, desk: Any) -> None:
    done = CliRunner().invoke(app, ["top", "--once", "--interval", "100ms"], env={"RINGBOOT_API": str(server.path)})
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("A second:\n")
    assert desk.calls == [("top",), ("top",)]


@pytest.mark.parametrize("interval", ["soon", "0", "2h"])
def test_an_interval_that_makes_no_sense_is_refused(server: Any, desk: Any, interval: str) -> None:
    done = CliRunner().invoke(app, ["top", "--interval", interval], env={"RINGBOOT_API": str(server.path)})
    assert done.exit_code == 2
    assert "--interval" in done.stderr
    assert desk.calls == []
