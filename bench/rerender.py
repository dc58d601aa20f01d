"""DHCP while main is busy: two thousand devices are rendered again, and clients are served meanwhile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.measure import PHONES, begin, drive, driven, running
from bench.tell import CEILING, Teller, wait_for
from bench.wire import Wire

DEVICES = "DHCP while devices are rendered"
COUNT = 2_000
LANES = "8"


def rerender(wire: Wire, load: Path, contender: Contender) -> dict[str, Any]:
    """Let phones make themselves known, render all of them again, and measure DHCP until that is done."""
    with running(wire, contender) as (_, state):
        tell = Teller(state)
        tell("settings", "set", "dhcp_integration", "true")
        drive(wire, load, ("-m", "renew", "-n", str(COUNT), *PHONES, "-t", "0.5"))
        wait_for(lambda: tell("device", "list", "--limit", "1", "--json")["total"] >= COUNT, f"{COUNT} devices")
        tell("device", "reconfigure", "--all", "--json")
        began = time.monotonic()
        clients = begin(wire, load, ("-m", "dora", "-n", str(COUNT), "-w", LANES, *PHONES, "-t", str(int(CEILING))))
        try:
            tell("device", "reconfigure", "--all", "--json")
        finally:
            clients.terminate()
            result = driven(clients)
        took = time.monotonic() - began
    return {"server": contender.name, "point": DEVICES, **result, "devices": COUNT, "seconds": round(took, 1)}
