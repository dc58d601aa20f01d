"""A boot storm: so many phones of all brands are switched on within seconds; how long until each has its files."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from ringboot.sim.report import report
from ringboot.sim.stage import RELAY, Stage, StageFailed
from ringboot.sim.storm import Plan, Storm
from ringboot.sim.target import Target

STORM = "boot storm"
PHONES = 1_000
SWITCHED_ON = 10.0  # seconds, within which all are
RETRIES = 20  # real phones never give up; the figure is when the last one has its files
POOL = "127.77.1.1-127.77.40.250"


class StormFailed(Exception):
    """The daemon for the storm did not come up; says why."""


def storm(phones: int = PHONES, seconds: float = SWITCHED_ON) -> dict[str, Any]:
    """Let phones boot against a daemon that has just started with nothing, on the loopback; no right is needed."""
    stage = Stage(pool=POOL)
    try:
        return asyncio.run(_blown(stage, phones, seconds))
    except StageFailed as error:
        raise StormFailed(f"the daemon does not answer:\n{error}") from None


async def _blown(stage: Stage, phones: int, seconds: float) -> dict[str, Any]:
    try:
        await stage.open()
        target = Target("127.0.0.1", stage.dhcp, stage.tftp, stage.http, RELAY)
        made = Storm(Plan(target, phones, seconds=seconds, retries=RETRIES))
        await made.run()
    finally:
        await stage.close()
    held = Counter(each.phone.lease.address for each in made.courses if each.phone.lease is not None)
    conflicts = sum(count - 1 for count in held.values())
    return {"server": "ringboot", "point": STORM, "switched_on": seconds, "conflicts": conflicts, **report(made)}
