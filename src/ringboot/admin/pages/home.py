"""The first page: how many devices stand where, what needs a person, how much happens, how full the pools are."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from starlette.responses import Response

from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit

_LOW = 0.1  # of a pool that is free
_SHOWN = 8
Row = dict[str, Any]


class Task(NamedTuple):
    """Something that a person has to see to."""

    tone: str
    what: str
    why: str
    path: str


async def _home(visit: Visit) -> Response:
    status, top, pools = await asyncio.gather(visit.look("/status"), visit.look("/top"), visit.look("/pools"))
    waiting = await visit.look("/devices", [("filter", "configured=false"), ("limit", 50)])
    known = status.value if status.is_good else {}
    rows = pools.value["items"] if pools.is_good else []
    devices: Row = waiting.value if waiting.is_good else {"total": 0, "items": []}
    return await visit.draw(
        "home.html",
        status=known,
        paces=visit.rates.note(top.value) if top.is_good else [],
        pools=rows,
        waiting=devices,
        tasks=_tasks(known, rows, devices["items"]),
        shown=_SHOWN,
    )


def _tasks(status: Row, pools: list[Row], waiting: list[Row]) -> list[Task]:
    """Say what needs a person, the worst first."""
    found = [
        Task("bad", f"Another DHCP server answers: {row.get('server')}", f"met on {row.get('interface')}", "/")
        for row in status.get("other_servers") or ()
        if not row.get("allowed")
    ]
    for pool in pools:
        if pool["size"] and pool["free"] < _LOW * pool["size"]:
            left = f"{pool['free']} of {pool['size']} addresses are free"
            found.append(Task("warn", f"Pool {pool['pool']} runs short", left, "/"))
        if pool["declined"]:
            why = "somebody uses them without a lease"
            found.append(Task("warn", f"{pool['declined']} addresses of {pool['pool']} are in quarantine", why, "/"))
    for row in waiting:
        name = row["mac"] or row["id"]
        if row["problem"]:
            found.append(Task("bad", f"{name} has no files", row["problem"], f"/devices/{row['id']}"))
        elif not row["plugin"]:
            found.append(
                Task("info", f"{name} is not recognised", "no plugin makes its files", f"/devices/{row['id']}")
            )
    if status.get("dns_failed"):
        found.append(Task("warn", f"{status['dns_failed']} names could not be brought to the DNS", "", "/"))
    return sorted(found, key=lambda task: ("bad", "warn", "info").index(task.tone))


HOME = Section("Home", (Way("GET", "/", _home),), icon="home")
