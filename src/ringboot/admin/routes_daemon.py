"""Routes of the daemon itself: how it goes, its configuration, a device's way."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from ringboot.admin.access import administrator
from ringboot.admin.body import flag_of, json_body, only, rows_of, text_of
from ringboot.admin.described import SECRETS, TEXT, Described
from ringboot.admin.desk import DaemonDesk
from ringboot.admin.masks import shown
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import DiffFile, DiffReservations, DiffRunning, Reload
from ringboot.admin.shapes.daemon import Counters, Explained, Reloaded, Status
from ringboot.admin.shapes.networks import Attention, Overview
from ringboot.admin.shapes.things import Differences, Numbers, Tls
from ringboot.model.address import norm_mac


def daemon_routes(desk: DaemonDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter()
    _look_routes(routes, desk)

    @routes.get("/status")
    async def status() -> dict[str, Any]:
        return await desk.status()

    @routes.get("/top")
    async def top() -> dict[str, Any]:
        return await desk.top()

    @routes.get("/numbers")
    async def numbers() -> dict[str, Any]:
        return {"items": await desk.numbers()}

    @routes.get("/metrics")
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(await desk.metrics())

    @routes.post("/reload", dependencies=[Depends(administrator)])
    async def reload(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "dry_run")
        return await desk.reload(flag_of(body, "dry_run"))

    @routes.post("/diff", dependencies=[Depends(administrator)])
    async def diff(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "path", "text", "reservations")
        if "reservations" in body:
            return await desk.diff_reservations(rows_of(body, "reservations"))
        if not body:
            return await desk.diff(None, None)
        return await desk.diff(text_of(body, "path"), text_of(body, "text"))

    @routes.get("/tls")
    async def tls() -> dict[str, Any]:
        return await desk.tls()

    @routes.get("/explain/{mac}")
    async def explain(mac: str, request: Request) -> Any:
        try:
            return shown(request, await desk.explain(norm_mac(mac)))
        except ValueError as error:
            raise Problem(422, "refused", f"{error}.", {"mac": str(error)}) from None

    return routes


def _look_routes(routes: APIRouter, desk: DaemonDesk) -> None:
    """Add what shows in one look how it stands with everything."""

    @routes.get("/overview")
    async def overview() -> dict[str, Any]:
        return await desk.overview()

    @routes.get("/attention")
    async def attention() -> dict[str, Any]:
        return await desk.attention()


DESCRIBED = (
    Described("GET", "/status", "Tell how the daemon is doing.", Status),
    Described("GET", "/top", "Tell what changes while one looks.", Counters),
    Described("GET", "/overview", "Tell in one look how it stands with everything.", Overview),
    Described("GET", "/attention", "Tell what needs a person.", Attention),
    Described("GET", "/numbers", "Give every number.", Numbers),
    Described("GET", "/metrics", "Give every number as Prometheus reads them.", str, kind=TEXT),
    Described("POST", "/reload", "Read ringboot.toml again.", Reloaded, Reload),
    Described(
        "POST",
        "/diff",
        "Say how a configuration, or reservations, differ from what runs.",
        Differences,
        DiffRunning | DiffFile | DiffReservations,
    ),
    Described("GET", "/tls", "Tell where HTTPS is served, and with which certificate.", Tls, refuses=(404, 409)),
    Described("GET", "/explain/{mac}", "Tell a device's way, and where it stopped.", Explained, asks=(SECRETS,)),
)
