"""The first page: how many devices stand where, what needs a person, how much happens, how full the pools are."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from starlette.responses import Response

from ringboot import reasons
from ringboot.admin.pages.drawing import segment
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.standing import tone_of
from ringboot.admin.pages.visit import Visit

_SHOWN = 8  # of what needs a person
_NEWS = 12
_BAD = frozenset(
    row.id for row in (reasons.PROCESS_DOWN, reasons.FOREIGN_SERVER, reasons.DEVICE_FAILED, reasons.PLUGIN_BROKEN)
)
_INFO = frozenset({reasons.DEVICE_WAITS.id})
_PLACES = {"device": "/devices/", "plugin": "/plugins/", "network": "/networks/"}  # what has a page of its own
_LISTS = {"lease": "/leases", "server": "/events?reason=foreign-server"}
Row = dict[str, Any]


class Task(NamedTuple):
    """Something that a person has to see to."""

    tone: str
    text: str
    help: str
    path: str
    since: float | None


async def _home(visit: Visit) -> Response:
    overview, needs, top, events = await asyncio.gather(
        visit.look("/overview"), visit.look("/attention"), visit.look("/top"),
        visit.look("/events", [("limit", _NEWS)]),
    )  # fmt: skip
    told: Row = needs.value if needs.is_good else {"total": 0, "items": []}
    news = events.value["items"] if events.is_good else []
    return await visit.draw(
        "home.html",
        overview=overview.value if overview.is_good else None,
        paces=visit.rates.note(top.value) if top.is_good else [],
        pools=top.value["pools"] if top.is_good else [],
        tasks=sorted(map(_task, told["items"]), key=lambda task: ("bad", "warn", "info").index(task.tone)),
        total=told["total"],
        shown=_SHOWN,
        news=[(row, tone_of(row["reason"], row["help"])) for row in news],
    )


def _task(row: Row) -> Task:
    tone = "bad" if row["reason"] in _BAD else "info" if row["reason"] in _INFO else "warn"
    kind, ident = row["kind"], row["id"]
    path = f"{_PLACES[kind]}{segment(ident)}" if kind in _PLACES else _LISTS.get(kind, "/events")
    return Task(tone, row["text"], row["help"], path, row["since"])


HOME = Section("Home", (Way("GET", "/", _home),), icon="home")
