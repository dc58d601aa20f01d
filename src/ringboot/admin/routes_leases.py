"""Routes of leases; dhcp keeps them, so they are read on by a cursor instead of an offset."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.desk import LeaseDesk
from ringboot.admin.lists import LARGEST_PAGE, number_of, refuse_unknown
from ringboot.admin.problems import Problem
from ringboot.model.address import ip_number, ip_text

MOST_MISFITS = 1_000_000


def lease_routes(desk: LeaseDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/leases")

    @routes.get("")
    async def leases(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("after", "limit", "network", "text"))
        return await desk.leases(
            number_of(request, "after", 0, 0, 1 << 62),
            number_of(request, "limit", 100, 1, LARGEST_PAGE),
            request.query_params.get("network") or None,
            request.query_params.get("text") or None,
        )

    @routes.get("/misfits")
    async def misfits(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("limit",))
        return await desk.misfits(number_of(request, "limit", 100, 1, MOST_MISFITS))

    @routes.get("/{address}")
    async def lease(address: str) -> dict[str, Any]:
        return await desk.lease(_address(address))

    @routes.delete("/{address}")
    async def release(address: str) -> dict[str, Any]:
        return await desk.release_lease(_address(address))

    return routes


def _address(text: str) -> str:
    try:
        return ip_text(ip_number(text))
    except ValueError as error:
        raise Problem(422, "refused", f"{error}.", {"address": str(error)}) from None
