"""Routes of reservations."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.body import flag_of, json_body, only, rows_of
from ringboot.admin.described import Asks, Described
from ringboot.admin.desk import ReservationDesk
from ringboot.admin.lists import query_of, refuse_unknown, written
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import NewReservation, ReservationRows
from ringboot.admin.shapes.things import Imported, Listed, Reservation
from ringboot.desk.listing import select

KEYS = ("network", "kind", "value", "address", "hostname")


def reservation_routes(desk: ReservationDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/reservations")

    @routes.get("")
    async def reservations(request: Request) -> dict[str, Any]:
        query = query_of(request, KEYS)
        return written(request, select(await desk.reservations(), query), query)

    @routes.post("", status_code=201)
    async def add(request: Request) -> dict[str, Any]:
        row = await json_body(request)
        only(row, *KEYS, "options")
        return await desk.add_reservation(row)

    @routes.delete("", status_code=204)
    async def remove(request: Request) -> None:
        names = ("network", "kind", "value")
        refuse_unknown(request, names)
        missing = [name for name in names if not request.query_params.get(name)]
        if missing:
            raise Problem(400, "bad-parameter", f"Missing: {', '.join(missing)}.", dict.fromkeys(missing, "missing"))
        await desk.remove_reservation(*(request.query_params[name] for name in names))

    @routes.post("/import")
    async def import_rows(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "rows", "dry_run")
        return await desk.import_reservations(rows_of(body, "rows"), flag_of(body, "dry_run"))

    return routes


DESCRIBED = (
    Described("GET", "/reservations", "List reservations.", Listed[Reservation], keys=KEYS),
    Described("POST", "/reservations", "Keep an address for a client.", Reservation, NewReservation, 201),
    Described(
        "DELETE",
        "/reservations",
        "Remove a reservation.",
        refuses=(404,),
        asks=tuple(Asks(key, f"Its {key}.", {"type": "string", "minLength": 1}, True) for key in KEYS[:3]),
    ),
    Described("POST", "/reservations/import", "Add reservations, all or none.", Imported, ReservationRows),
)
