"""Routes of what is done with many devices at once, and of devices that come as a table."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import WAIT, Described
from ringboot.admin.desk_bulk import BulkDesk
from ringboot.admin.desk_jobs import JobDesk
from ringboot.admin.masks import refuse_masks
from ringboot.admin.problems import Problem
from ringboot.admin.routes_jobs import is_to_wait, worked
from ringboot.admin.routes_syncs import chosen
from ringboot.admin.shapes.bodies import Bulk, CsvRows, Rows
from ringboot.admin.shapes.networks import BulkDone, BulkSeen, DevicesImported, Job
from ringboot.admin.sheets import imported, unread
from ringboot.desk.bulk import ACTIONS, MOVE, SET
from ringboot.desk.sheet import BadSheet, SheetLine

_TABLE = "The body may also be CSV itself, as text/csv; `?dry_run=true` then only tells what would come of it."
_CHOICE = ("ids", "all", "filters", "text")


class _Bulk(BulkDesk, JobDesk, Protocol):
    pass


def bulk_routes(desk: _Bulk) -> APIRouter:
    """Build them over the desk; they stand before those of one device."""
    routes = APIRouter(prefix="/devices")

    @routes.post("/bulk")
    async def bulk(request: Request) -> Any:
        is_to_wait(request)  # also where nothing is begun
        body = await json_body(request)
        only(body, "action", *_CHOICE, "to", "changes", "sync", "dry_run")
        action, values = _action(body)
        ids, query = chosen({key: body[key] for key in _CHOICE if key in body})
        if flag_of(body, "dry_run"):
            return {"action": action, "dry_run": True, **await desk.chosen_devices(ids, query)}
        count = f"{len(ids)} devices" if ids is not None else "chosen devices"
        work = desk.bulk(action, ids, query, values, caller(request).who)
        return await worked(request, desk, f"bulk-{action}", count, work)

    @routes.post("/import")
    async def import_devices(request: Request) -> Any:
        is_to_wait(request)
        try:
            rows, dry_run = await imported(request)
        except BadSheet as error:
            return unread(error) | {"changed": 0, "same": 0, "items": []}
        for row in rows:
            refuse_masks(row.cells if isinstance(row, SheetLine) else row)
        work = desk.import_devices(rows, dry_run, caller(request).who)
        if dry_run:
            return await work
        return await worked(request, desk, "import", f"{len(rows)} devices", work)

    return routes


def _action(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Read what is to be done, and with which values."""
    action = text_of(body, "action")
    if action not in ACTIONS:
        why = f"must be one of: {', '.join(ACTIONS)}"
        raise Problem(422, "refused", f"action {why}.", {"action": why})
    if action != MOVE and "to" in body:
        raise Problem(422, "refused", "to is for move.", {"to": "is for move"})
    if action != SET and "changes" in body:
        raise Problem(422, "refused", "changes is for set.", {"changes": "is for set"})
    values: dict[str, Any] = {}
    if action == MOVE:
        values["plugin"] = text_of(body, "to")
    if action == SET:
        changes = body.get("changes")
        if not isinstance(changes, dict) or not changes or "sync" in changes:
            why = "must hold what is to be changed of each device"
            raise Problem(422, "refused", f"changes {why}.", {"changes": why})
        refuse_masks(changes)
        values |= changes
    if flag_of(body, "sync"):
        values["sync"] = True
    return action, values


DESCRIBED = (
    Described(
        "POST", "/devices/bulk", "Do one thing with many devices.", BulkDone | BulkSeen, Bulk,
        asks=(WAIT,), also={202: Job}, refuses=(404,),
    ),
    Described(
        "POST", "/devices/import", "Add or change devices from a table, all or none.", DevicesImported, Rows | CsvRows,
        asks=(WAIT,), also={202: Job}, refuses=(404,), more=_TABLE,
    ),
)  # fmt: skip
