"""Routes of reservations."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.body import json_body, only
from ringboot.admin.described import Asks, Described
from ringboot.admin.desk import ReservationDesk
from ringboot.admin.lists import query_of, refuse_unknown, written
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import CsvRows, NewReservation, Rows
from ringboot.admin.shapes.things import Imported, Listed, Reservation
from ringboot.admin.sheets import imported, unread
from ringboot.desk.listing import select
from ringboot.desk.sheet import BadSheet, SheetLine

KEYS = ("network", "kind", "value", "address", "hostname")


def reservation_routes(desk: ReservationDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/reservations")

    @routes.get("")
    async def reservations(request: Request) -> Any:
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
        try:
            rows, dry_run = await imported(request)
        except BadSheet as error:
            return unread(error)
        return await desk.import_reservations([_row(row) for row in rows], dry_run)

    return routes


def _row(row: dict[str, Any] | SheetLine) -> dict[str, Any]:
    """Give a reservation of a line; the column of an option is option:NAME, or options.NAME as in a list."""
    if not isinstance(row, SheetLine):
        return row
    made: dict[str, Any] = {"row": row.number}
    options = {}
    for key, text in row.cells.items():
        name = key.removeprefix("option:").removeprefix("options.")
        if not text:
            continue
        if name != key:
            options[name] = text
        else:
            made[key] = text
    return made | ({"options": options} if options else {})


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
    Described("POST", "/reservations/import", "Add reservations, all or none.", Imported, Rows | CsvRows),
)
