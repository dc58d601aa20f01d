"""Routes of networks and of classes of clients: as ringboot.toml makes them, and how they are used."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.described import Asks, Described, number
from ringboot.admin.desk_network import NetworkDesk
from ringboot.admin.lists import LARGEST_PAGE, number_of, query_of, refuse_unknown, written
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.networks import AddressMap, ClientClass, Network
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select
from ringboot.model.address import ip_number, ip_text

KEYS = ("name", "subnet", "segment", "unknown", "size", "used", "declined", "free", "leases", "reservations")
CLASS_KEYS = ("name", "source", "lease_time", "leases")


def network_routes(desk: NetworkDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter()

    @routes.get("/networks")
    async def networks(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.networks(), query), query)

    @routes.get("/networks/{name}")
    async def network(name: str) -> dict[str, Any]:
        return await desk.network(name)

    @routes.get("/networks/{name}/addresses")
    async def addresses(name: str, request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("first", "limit"))
        first = request.query_params.get("first")
        limit = number_of(request, "limit", LARGEST_PAGE, 1, LARGEST_PAGE)
        return await desk.network_addresses(name, None if first is None else _address(first), limit)

    @routes.get("/classes")
    async def classes(request: Request) -> Any:
        query = query_of(request, CLASS_KEYS)
        return written(request, select(await desk.classes(), query), query)

    return routes


def _address(text: str) -> str:
    try:
        return ip_text(ip_number(text))
    except ValueError as error:
        raise Problem(400, "bad-parameter", f"{error}.", {"first": str(error)}) from None


DESCRIBED = (
    Described("GET", "/networks", "List networks and how full they are.", Listed[Network], keys=KEYS),
    Described("GET", "/networks/{name}", "Show a network.", Network),
    Described(
        "GET",
        "/networks/{name}/addresses",
        "Show who has which addresses of a network, in runs that stand alike.",
        AddressMap,
        asks=(
            Asks("first", "Begin at this address: `next` of the page before.", {"type": "string", "format": "ipv4"}),
            Asks("limit", "How many runs at most.", number(1, LARGEST_PAGE, LARGEST_PAGE)),
        ),
    ),
    Described("GET", "/classes", "List classes of clients.", Listed[ClientClass], keys=CLASS_KEYS),
)
