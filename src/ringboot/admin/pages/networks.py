"""Networks: how full they are, who has which of their addresses, how full they were."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.pages.addressgrid import grid, window
from ringboot.admin.pages.plot import plot
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit
from ringboot.model.address import ip_number, ip_text

PATH = "/networks"
STATES = {
    "ours": "our own",
    "leased": "leased",
    "declined": "in quarantine",
    "reserved": "reserved",
    "excluded": "in no pool",
    "free": "free",
}
STEPS = {"1m": "the last day", "15m": "30 days"}
MOST = 1000  # runs of addresses that are asked for at once
Row = dict[str, Any]


async def _networks(visit: Visit) -> Response:
    found, misfits, classes = await asyncio.gather(
        visit.try_get("/networks", [("limit", 1000)]),
        visit.try_get("/leases/misfits", [("limit", 20)]),
        visit.try_get("/classes", [("limit", 1000)]),
    )
    return await visit.draw(
        "networks.html",
        networks=found.value["items"] if found.is_good else [],
        error=found.detail,
        misfits=misfits.value if misfits.is_good else None,
        classes=classes.value["items"] if classes.is_good else [],
    )


async def _network(visit: Visit) -> Response:
    """Draw one: facts and pools, its addresses as squares, and how full it was."""
    name = visit.part("name")
    network = await visit.get(f"{PATH}/{name}")
    first, last = window(network["subnet"], visit.word("at"), [pool["pool"] for pool in network["pools"]])
    step = visit.word("step", "1m")
    step = step if step in STEPS else "1m"
    runs, history = await asyncio.gather(
        _runs(visit, name, first, last),
        visit.try_get("/pools/history", [("network", name), ("step", step)]),
    )
    return await visit.draw(
        "network.html",
        network=network,
        squares=grid(network["subnet"], first, last, runs),
        drawn=plot(history.value["items"] if history.is_good else []),
        step=step,
        steps=STEPS,
        runs=runs,
        words=STATES,
    )


async def _runs(visit: Visit, name: str, first: int, last: int) -> list[Row]:
    found: list[Row] = []
    begin: str | None = ip_text(first)
    while begin is not None and ip_number(begin) <= last:
        answer = await visit.try_get(f"{PATH}/{name}/addresses", [("first", begin), ("limit", MOST)])
        if not answer.is_good:
            break
        found += answer.value["items"]
        begin = answer.value["next"]
    return found


NETWORKS = Section(
    "Networks",
    (Way("GET", PATH, _networks), Way("GET", f"{PATH}/{{name}}", _network)),
    icon="network",
    group="Addresses",
)
