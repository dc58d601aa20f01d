"""perfdhcp, the load generator of Kea's makers: the highest rate at which at most 1 % of the exchanges are lost."""

from __future__ import annotations

import re
import subprocess
from typing import Any

from bench.contenders import Contender
from bench.measure import Unable, running
from bench.wire import CLIENT_ADDRESS, SERVER_ADDRESS, Wire

LADDER = "perfdhcp, at most 1 % lost"
RATES = (100, 200, 500, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 12000, 14000, 16000, 20000)
CLIENTS = 40_000
BOUND = 1.0  # per cent
FALLEN_SHORT = 0.97  # of the rate that it was asked for, below which perfdhcp itself is what limits


def ladder(wire: Wire, contender: Contender, seconds: float) -> dict[str, Any]:
    """Halve the steps between the lowest and the highest rate, each against a server that has just started."""
    low, high = -1, len(RATES)
    best: dict[str, Any] = {"rate": 0, "lost_percent": 100.0}
    while high - low > 1:
        step = (low + high) // 2
        taken = _climb(wire, contender, RATES[step], seconds)
        if taken["lost_percent"] <= BOUND and taken["sent"] >= FALLEN_SHORT * RATES[step] * seconds:
            low, best = step, taken
        else:
            high = step
    return {"server": contender.name, "point": LADDER, "conflicts": 0, **best}


def _climb(wire: Wire, contender: Contender, rate: int, seconds: float) -> dict[str, Any]:
    asked = f"perfdhcp -4 -l {CLIENT_ADDRESS} -r {rate} -R {CLIENTS} -p {seconds:g} -W 500000 {SERVER_ADDRESS}"
    with running(wire, contender):
        done = subprocess.run(
            wire.inside(wire.client, asked.split()), capture_output=True, text=True, check=False, timeout=seconds + 60
        )
    return {"rate": rate, **read(done.stdout)}


def read(report: str) -> dict[str, Any]:
    """Read perfdhcp's report: DISCOVERs sent, and the part of them that came to no ACK; Unable when it has none."""
    parts = dict(re.findall(r"\*\*\*Statistics for: (\S+)\*\*\*\n(.*?)(?=\n\*\*\*|\Z)", report, re.DOTALL))
    try:
        sent = int(re.findall(r"sent packets: (\d+)", parts["DISCOVER-OFFER"])[0])
        came = int(re.findall(r"received packets: (\d+)", parts["REQUEST-ACK"])[0])
    except (KeyError, IndexError):
        raise Unable(f"perfdhcp gave no figures:\n{report[-500:]}") from None
    return {"sent": sent, "lost_percent": round(100 * (sent - came) / max(1, sent), 2)}
