"""Routes of leases; dhcp keeps them, so they are read on by a cursor instead of an offset."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.body import json_body, only, text_of
from ringboot.admin.described import FORMAT, WORD, Asks, Described, number
from ringboot.admin.desk import LeaseDesk
from ringboot.admin.lists import SHEET, limit_of, number_of, refuse_unknown
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import KeptLease, Renewals
from ringboot.admin.shapes.things import Lease, Leases, Misfits, Renewal, Reservation
from ringboot.admin.sheets import Sheet, wants_csv
from ringboot.model.address import ip_number, ip_text

MOST_MISFITS = 1_000_000
RENEWED_AT_ONCE = 1000  # clients that one request may ask to renew


def lease_routes(desk: LeaseDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/leases")

    @routes.get("")
    async def leases(request: Request) -> Any:
        refuse_unknown(request, ("after", "limit", "network", "text", "format"))
        found = await desk.leases(
            number_of(request, "after", 0, 0, 1 << 62),
            limit_of(request),
            request.query_params.get("network") or None,
            request.query_params.get("text") or None,
        )
        return Sheet(lambda: found["items"], "leases") if wants_csv(request) else found

    @routes.get("/misfits")
    async def misfits(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("limit",))
        return await desk.misfits(number_of(request, "limit", 100, 1, MOST_MISFITS))

    @routes.post("/renew")
    async def renew(request: Request) -> list[dict[str, Any]]:
        body = await json_body(request)
        only(body, "addresses")
        addresses = body.get("addresses")
        if not isinstance(addresses, list) or not all(isinstance(each, str) for each in addresses):
            raise Problem(422, "refused", "addresses is missing or no list of texts.", {"addresses": "must be a list"})
        if len(addresses) > RENEWED_AT_ONCE:
            todo = f"Ask {RENEWED_AT_ONCE} clients at a time at most."
            raise Problem(422, "refused", f"{len(addresses)} addresses are too many. {todo}", {"addresses": todo})
        return await desk.renew_leases(list(dict.fromkeys(map(_address, addresses))))

    @routes.get("/{address}")
    async def lease(address: str) -> dict[str, Any]:
        return await desk.lease(_address(address))

    @routes.post("/{address}/reservation", status_code=201)
    async def reserve(request: Request, address: str) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "kind", "hostname", "options")
        kind = text_of(body, "kind") if "kind" in body else "mac"
        more = {key: value for key, value in body.items() if key != "kind"}
        return await desk.reserve_lease(_address(address), kind, more)

    @routes.delete("/{address}")
    async def release(address: str) -> dict[str, Any]:
        return await desk.release_lease(_address(address))

    return routes


def _address(text: str) -> str:
    try:
        return ip_text(ip_number(text))
    except ValueError as error:
        raise Problem(422, "refused", f"{error}.", {"address": str(error)}) from None


DESCRIBED = (
    Described(
        "GET",
        "/leases",
        "List leases, by address.",
        Leases,
        asks=(
            Asks("after", "Read on from here: `next` of the page before.", number(0, 1 << 62, 0)),
            Asks("limit", "How many rows at most: 1,000, of CSV 100,000.", number(1, SHEET, 100)),
            Asks("network", "Only those of this network.", WORD),
            Asks("text", "Only rows that hold this text.", WORD),
            FORMAT,
        ),
    ),
    Described(
        "GET",
        "/leases/misfits",
        "List leases that will not be renewed as the configuration is now.",
        Misfits,
        asks=(Asks("limit", "How many rows at most.", number(1, MOST_MISFITS, 100)),),
    ),
    Described(
        "POST", "/leases/renew", "Ask clients to renew, and wait for what becomes of it.", list[Renewal], Renewals
    ),
    Described("GET", "/leases/{address}", "Show the lease of an address.", Lease),
    Described(
        "POST", "/leases/{address}/reservation", "Keep an address for who has or had it.", Reservation, KeptLease, 201
    ),
    Described("DELETE", "/leases/{address}", "End a lease.", Lease),
)
