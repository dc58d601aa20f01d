"""Routes of what models there are, and of giving a user's line to a device."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import SECRETS, Described
from ringboot.admin.desk import SyncDesk
from ringboot.admin.desk_bulk import AssignDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.masks import refuse_masks, shown
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import DeviceLine, Line
from ringboot.admin.shapes.networks import Assigned, Model, RawOfDevice
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import Query, select

KEYS = ("plugin", "model", "type", "lines", "keys", "expansion")
_BODY = ("device", "config", "parents", "label", "code", "lines", "keys", "raw_config", "sync")
_TABLES = ("lines", "keys", "raw_config")


class _Assign(AssignDesk, SyncDesk, Protocol):
    pass


def assign_routes(desk: _Assign) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter()

    @routes.get("/models")
    async def models(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.model_rows(), query), query)

    @routes.get("/models/{plugin}/{model:path}")
    async def model(plugin: str, model: str) -> dict[str, Any]:
        return await desk.model_row(plugin, model)

    @routes.get("/devices/{device_id}/raw")
    async def raw(device_id: str, request: Request) -> Any:
        return shown(request, await desk.device_raw(device_id))

    @routes.post("/assign")
    async def assign(request: Request) -> Any:
        body = await json_body(request)
        only(body, *_BODY)
        device = text_of(body, "device") if body.get("device") is not None else None
        if device is None and body.get("code") is None:
            why = "say which device, or the code that its user dials"
            raise Problem(422, "refused", f"Who gets it? {why}.", {"device": why})
        return await _assigned(request, desk, device, body)

    @routes.post("/devices/{device_id}/assign")
    async def assign_one(device_id: str, request: Request) -> Any:
        body = await json_body(request)
        only(body, *_BODY[1:])
        return await _assigned(request, desk, device_id, body)

    return routes


async def _assigned(request: Request, desk: _Assign, device: str | None, body: dict[str, Any]) -> Any:
    refuse_masks(body)
    sync, who = flag_of(body, "sync"), caller(request).who
    row = {key: value for key, value in body.items() if key not in ("device", "sync")}
    for key in _TABLES:
        value = row.get(key, {})
        if key != "raw_config" and isinstance(value, list):  # in their order
            value = row[key] = {str(place): each for place, each in enumerate(value, start=1)}
        if not isinstance(value, dict) or (
            key != "raw_config" and not all(isinstance(v, dict) for v in value.values())
        ):
            why = "must be a table of rows, or a list of them" if key != "raw_config" else "must hold keys"
            raise Problem(422, "refused", f"{key} {why}.", {key: why})
    parents = row.get("parents")
    if parents is not None and not (isinstance(parents, list) and all(isinstance(each, str) for each in parents)):
        raise Problem(422, "refused", "parents must be a list of configs.", {"parents": "must be a list of configs"})
    made = await desk.assign(device, row, who)
    made["sync"] = (await desk.synchronize([made["device"]["id"]], Query(), who))["id"] if sync and device else None
    return shown(request, made)


DESCRIBED = (
    Described("GET", "/models", "List the models of all plugins.", Listed[Model], keys=KEYS),
    Described("GET", "/models/{plugin}/{model}", "Tell how many lines and keys a model has.", Model),
    Described("GET", "/devices/{device_id}/raw", "Show which layer set what of a device.", RawOfDevice,
              asks=(SECRETS,)),
    Described("POST", "/assign", "Give a user's line to a device, or to a code.", Assigned, Line,
              asks=(SECRETS,), refuses=(404,)),
    Described("POST", "/devices/{device_id}/assign", "Give a user's line to a device.", Assigned, DeviceLine,
              asks=(SECRETS,)),
)  # fmt: skip
