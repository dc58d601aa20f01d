"""Routes of names in the DNS."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.desk import NameDesk
from ringboot.admin.lists import query_of, written
from ringboot.desk.listing import select

KEYS = ("address", "name", "mac", "state", "problem")


def dns_routes(desk: NameDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/dns")

    @routes.get("")
    async def names(request: Request) -> dict[str, Any]:
        query = query_of(request, KEYS)
        return written(request, select(await desk.names(), query), query)

    @routes.post("/retry")
    async def retry() -> dict[str, Any]:
        return await desk.retry_names()

    return routes
