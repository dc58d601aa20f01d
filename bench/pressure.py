"""A server at half of its peak and at twice its peak, by clients that do not wait for each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.measure import PHONES, Point, measure
from bench.wire import Wire

HALF, TWICE = "DORA at half load", "DORA at twice the peak"
LANES = "60000"  # of which each is free again when its client gives up, after a second


def pressure(wire: Wire, load: Path, contender: Contender, seconds: float) -> list[dict[str, Any]]:
    """Find the peak with 256 outstanding, then begin half and twice as many DORAs a second."""
    timed = ("-m", "dora", "-r", *PHONES, "-t", f"{seconds:g}")
    peak = measure(wire, load, contender, Point("DORA, the peak", (*timed, "-w", "256")))["rate"]
    rows = []
    for name, part in ((HALF, 0.5), (TWICE, 2.0)):
        rate = int(peak * part)
        point = Point(name, (*timed, "-n", LANES, "-w", LANES, "-R", str(rate)))
        rows.append({**measure(wire, load, contender, point), "peak": peak, "offered": rate})
    return rows
