"""Routes of names in the DNS."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.described import Described
from ringboot.admin.desk import NameDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.shapes.daemon import Name, Retried
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select

KEYS = ("address", "name", "mac", "state", "problem")


def dns_routes(desk: NameDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/dns")

    @routes.get("")
    async def names(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.names(), query), query)

    @routes.post("/retry")
    async def retry() -> dict[str, Any]:
        return await desk.retry_names()

    return routes


DESCRIBED = (
    Described("GET", "/dns", "List names in the DNS.", Listed[Name], keys=KEYS),
    Described("POST", "/dns/retry", "Try all names again that wait or failed.", Retried),
)
