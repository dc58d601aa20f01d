"""Routes of jobs that let devices read their files again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from ringboot.admin.access import caller
from ringboot.admin.body import json_body, only
from ringboot.admin.described import Described, number
from ringboot.admin.desk import SyncDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.problems import Problem
from ringboot.admin.routes_devices import LIST_KEYS as DEVICE_KEYS
from ringboot.admin.shapes.bodies import SynchronizeAll, SynchronizeFound, SynchronizeThese
from ringboot.admin.shapes.syncs import Sync, SyncDevice
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import Query, select

KEYS = ("id", "state", "began", "ended", "who", "devices", "waiting", "told", "done", "failed", "sent", "rate")
ROW_KEYS = ("device", "mac", "state", "reason", "text", "tries", "told", "ended")

_MOST = 1 << 53  # what every program can count to
Ident = Annotated[int, Path(ge=0, le=_MOST)]


def sync_routes(desk: SyncDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/syncs")

    @routes.get("")
    async def syncs(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.syncs(), query), query)

    @routes.post("", status_code=201)
    async def synchronize(request: Request) -> dict[str, Any]:
        ids, query = chosen(await json_body(request))
        return await desk.synchronize(ids, query, caller(request).who)

    @routes.get("/{ident}")
    async def sync(ident: Ident) -> dict[str, Any]:
        return await desk.sync(ident)

    @routes.get("/{ident}/devices")
    async def devices(ident: Ident, request: Request) -> Any:
        query = query_of(request, ROW_KEYS)
        return written(request, select(await desk.sync_devices(ident), query), query)

    @routes.post("/{ident}/stop")
    async def stop(ident: Ident, request: Request) -> dict[str, Any]:
        return await desk.stop_sync(ident, caller(request).who)

    return routes


def chosen(body: dict[str, Any]) -> tuple[list[str] | None, Query]:
    """Read which devices: {"ids": [...]}, {"all": true}, or {"filters": {key: value}, "text": "..."}."""
    only(body, "ids", "all", "filters", "text")
    ids, filters, text = body.get("ids"), body.get("filters", {}), body.get("text", "")
    if not isinstance(filters, dict) or not set(filters) <= set(DEVICE_KEYS) or not isinstance(text, str):
        raise Problem(422, "refused", f"filters are {', '.join(DEVICE_KEYS)}; text is text.")
    ways = ("ids" in body, body.get("all") is True, bool(filters or text))
    good_ids = "ids" not in body or (isinstance(ids, list) and bool(ids) and all(isinstance(each, str) for each in ids))
    if sum(ways) != 1 or not good_ids:
        raise Problem(422, "refused", 'Say which: {"ids": [...]}, {"all": true}, or {"filters": {...}, "text": "..."}.')
    return ids, Query(tuple((key, str(value)) for key, value in filters.items()), text)


_NUMBERED = {"ident": number(0, _MOST)}
DESCRIBED = (
    Described("GET", "/syncs", "List jobs that let devices read their files again.", Listed[Sync], keys=KEYS),
    Described(
        "POST",
        "/syncs",
        "Let devices read their files again.",
        Sync,
        SynchronizeThese | SynchronizeFound | SynchronizeAll,
        201,
        refuses=(404,),
    ),
    Described("GET", "/syncs/{ident}", "Show a job.", Sync, named=_NUMBERED),
    Described(
        "GET",
        "/syncs/{ident}/devices",
        "List the devices of a job.",
        Listed[SyncDevice],
        named=_NUMBERED,
        keys=ROW_KEYS,
    ),
    Described("POST", "/syncs/{ident}/stop", "Stop a job.", Sync, named=_NUMBERED),
)
