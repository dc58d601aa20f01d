"""DHCP while main is busy: two thousand devices are rendered again, and clients are served meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.measure import PHONES, Unable, begin, drive, driven, running
from bench.wire import Wire

DEVICES = "DHCP while devices are rendered"
COUNT = 2_000
CEILING = 300.0
LANES = "8"


def rerender(wire: Wire, load: Path, contender: Contender) -> dict[str, Any]:
    """Let phones make themselves known, render all of them again, and measure DHCP until that is done."""
    with running(wire, contender) as (_, state):
        tell = _Teller(state)
        tell("settings", "set", "dhcp_integration", "true")
        drive(wire, load, ("-m", "renew", "-n", str(COUNT), *PHONES, "-t", "0.5"))
        _wait(lambda: tell("device", "list", "--limit", "1", "--json")["total"] >= COUNT, f"{COUNT} devices")
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


class _Teller:
    """Speaks to the daemon as its administrator."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "ringboot", *words, "--config", str(self._state / "ringboot.toml")]

    def __call__(self, *words: str) -> Any:
        done = subprocess.run(self.command(*words), capture_output=True, text=True, env=os.environ, check=False)
        if done.returncode:
            raise Unable(f"ringboot {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if "--json" in words else done.stdout


def _wait(condition: Any, what: str) -> None:
    end = time.monotonic() + CEILING
    while not condition():
        if time.monotonic() > end:
            raise Unable(f"waited {CEILING:.0f} s for {what}")
        time.sleep(0.5)
