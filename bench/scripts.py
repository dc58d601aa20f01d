"""What hooks cost those whom they do not concern: hooks that are idle, and hooks that never come to an end."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.contenders import Contender, ringboot
from bench.measure import PHONES, Point, drive, measure, running
from bench.tell import wait_for
from bench.wire import CLIENT_ADDRESS, SERVER_ADDRESS, Wire

IDLE = "DORA beside idle hooks"
STUCK = "DORA beside a hook that is stuck"
NAME = "ringboot"
LANES = "8"
A_SECOND = "50"  # messages that the stuck hook is asked about

_IDLE = """\
from ringboot.scripts import hook


@hook.seen(vendor_class="Nobody*")
def seen(query): ...


@hook.unknown(network="bench", vendor_class="Nobody*")
def unknown(query): ...


@hook.chosen(mac="de:ad:be:*")
def chosen(query, reservation): ...


@hook.answer(user_class="Nobody*")
def answer(query, answer): ...
"""
_STUCK = """\
import time

from ringboot.scripts import hook


@hook.unknown(vendor_class="sleeps")
def sleeps(query):
    time.sleep(3600)


@hook.unknown(vendor_class="loops")
def loops(query):
    while True:
        pass


@hook.unknown(vendor_class="blocks")
def blocks(query):
    sum(range(10**12))  # one call in C, which no signal ends
"""
WAYS = ("sleeps", "loops", "blocks")


def scripts(wire: Wire, load: Path, seconds: float, rounds: int) -> list[dict[str, Any]]:
    """Compare with and without idle hooks, in turns, then measure beside hooks that are stuck."""
    timed = ("-m", "dora", *PHONES, "-t", f"{seconds:g}")
    pairs = [[_row(wire, load, rules, timed) for rules in ("", _IDLE)] for _ in range(rounds)]
    ratios = [idle["rate"] / none["rate"] for none, idle in pairs]
    middle = sorted(pairs, key=lambda pair: pair[1]["rate"])[len(pairs) // 2]
    rows = [{**middle[1], "without": middle[0]["rate"], "ratio": statistics.median(ratios)}]
    return rows + [_stuck(wire, load, way, timed) for way in WAYS]


def _row(wire: Wire, load: Path, rules: str, timed: tuple[str, ...]) -> dict[str, Any]:
    return measure(wire, load, _with(rules), Point(IDLE, timed))


def _stuck(wire: Wire, load: Path, way: str, timed: tuple[str, ...]) -> dict[str, Any]:
    with running(wire, _with(_STUCK)) as (_, state), _pestered(wire, way):
        wait_for(lambda: _is_asked(state), "a question that the hook is asked")
        result = drive(wire, load, (*timed, "-w", LANES))
    return {"server": NAME, "point": STUCK, **result, "way": way}


def _is_asked(state: Path) -> bool:
    """Say whether the scripts process had to be helped out of a hook, which the log tells."""
    return "rules.py:" in (state / "output.log").read_text()


@contextmanager
def _pestered(wire: Wire, vendor: str) -> Iterator[None]:
    script = str(Path(__file__).with_name("pester.py"))
    command = wire.inside(wire.client, [sys.executable, script, CLIENT_ADDRESS, SERVER_ADDRESS, A_SECOND, vendor])
    pester = subprocess.Popen(command)
    try:
        yield
    finally:
        pester.kill()
        pester.wait()


def _with(rules: str) -> Contender:
    return ringboot(rules=rules)
