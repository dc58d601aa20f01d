"""Routes of what happened: a list that is read on by a cursor, and a stream of what is new."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from ringboot.admin.described import FORMAT, INSTANT, SECRETS, STREAM, WORD, Asks, Described, number
from ringboot.admin.desk_network import EventDesk
from ringboot.admin.lists import SHEET, instant_of, limit_of, number_of, refuse_unknown
from ringboot.admin.masks import shown
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.networks import Events
from ringboot.admin.sheets import Sheet, wants_csv
from ringboot.admin.streams import stream
from ringboot.fleet.books import EventFilter
from ringboot.model.address import norm_mac

_TEXTS = ("reason", "stage", "device", "address")
_TIMES = ("since", "until")


def event_routes(desk: EventDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/events")

    @routes.get("")
    async def events(request: Request) -> Any:
        refuse_unknown(request, (*_TEXTS, "mac", *_TIMES, "before", "limit", "secrets", "format"))
        before = number_of(request, "before", 0, 0, 1 << 62) or None
        found = shown(request, await desk.events(_filter(request), before, limit_of(request)))
        return Sheet(lambda: found["items"], "events") if wants_csv(request) else found

    @routes.get("/stream")
    async def following() -> StreamingResponse:
        return stream(desk.watch())

    return routes


def _filter(request: Request) -> EventFilter:
    asked = request.query_params
    texts: dict[str, Any] = {name: asked.get(name) or None for name in _TEXTS}
    mac = asked.get("mac") or None
    try:
        mac = norm_mac(mac) if mac is not None else None
    except ValueError as error:
        raise Problem(400, "bad-parameter", f"{error}.", {"mac": str(error)}) from None
    return EventFilter(**texts, mac=mac, since=instant_of(request, "since"), until=instant_of(request, "until"))


DESCRIBED = (
    Described(
        "GET",
        "/events",
        "List what happened, the newest first.",
        Events,
        refuses=(422,),
        asks=(
            Asks("reason", "Only this reason.", WORD),
            Asks("stage", "Only reasons of this stage.", WORD),
            Asks("mac", "Only of this MAC.", WORD),
            Asks("device", "Only of the device with this id.", WORD),
            Asks("address", "Only of this address.", WORD),
            Asks("since", "Only from this instant on, in seconds since 1970 (UTC).", INSTANT),
            Asks("until", "Only up to this instant.", INSTANT),
            Asks("before", "Read on: `next` of the page before.", number(0, 1 << 62, 0)),
            Asks("limit", "How many rows at most: 1,000, of CSV 100,000.", number(1, SHEET, 100)),
            SECRETS,
            FORMAT,
        ),
    ),
    Described("GET", "/events/stream", "Tell what is new, as server-sent events.", str, kind=STREAM),
)
