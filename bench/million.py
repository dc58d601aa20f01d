"""A million leases: how fast they come about, how long a start with them takes, what they cost, and the rate then."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.measure import drive, memory, standing
from bench.wire import Wire

MILLION = "a million leases"
CLIENTS = 1_000_000


def million(wire: Wire, load: Path, contender: Contender, seconds: float, clients: int = CLIENTS) -> dict[str, Any]:
    """Fill, end the server, start it again with what it kept, and let the same clients come back in random order."""
    timed = ("-i", "-r", "-n", str(clients), "-t", f"{seconds:g}")
    with tempfile.TemporaryDirectory(prefix="ringboot-bench-", ignore_cleanup_errors=True) as folder:
        state = Path(folder)
        environment = contender.prepare(state)
        with standing(wire, contender, state, environment) as server:
            filled = drive(wire, load, ("-m", "renew", *timed, "-w", "128", "-f", "590"))
            full = memory(server, contender)
        began = time.monotonic()
        with standing(wire, contender, state, environment) as server:
            started = time.monotonic() - began
            again = drive(wire, load, ("-m", "dora", *timed))
            after = memory(server, contender)
    return {
        "server": contender.name, "point": MILLION, **again,
        "conflicts": filled["conflicts"] + again["conflicts"],
        "leases": filled["addresses"], "fill_rate": round(filled["addresses"] / filled["fill_seconds"]),
        "renew_rate": filled["rate"], "start_seconds": round(started, 2), "rss_full_mib": full, "rss_mib": after,
    }  # fmt: skip
