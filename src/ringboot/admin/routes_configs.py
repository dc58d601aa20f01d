"""Routes of configs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.access import administrator, caller
from ringboot.admin.body import json_body, only, text_of
from ringboot.admin.described import FLAG, SECRETS, Asks, Described
from ringboot.admin.desk import ConfigDesk
from ringboot.admin.lists import choice_of, query_of, written
from ringboot.admin.masks import masked, refuse_masks, shown
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import ConfigChange, ConfigTrial, NewConfig
from ringboot.admin.shapes.configs import ConfigUser, Foreseen
from ringboot.admin.shapes.things import Config, Listed, RawConfig
from ringboot.desk.listing import select

KEYS = ("id", "role", "label", "transient", "deletable")
DEVICE_KEYS = ("id", "mac", "model", "plugin", "config", "description")


def config_routes(desk: ConfigDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/configs")

    @routes.get("")
    async def configs(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, await desk.configs(query), query)

    @routes.post("", status_code=201)
    async def add(request: Request) -> Any:
        row = await json_body(request)
        refuse_masks(row)
        return shown(request, await desk.add_config(row, caller(request).who))

    @routes.post("/autocreate", status_code=201)
    async def autocreate(request: Request) -> Any:
        return shown(request, await desk.autocreate_config(caller(request).who))

    @routes.get("/{config_id}/raw")
    async def raw(config_id: str, request: Request) -> Any:
        row = await desk.raw_config(config_id)
        return {**row, "raw_config": shown(request, row["raw_config"])}  # which layer set a secret is none

    @routes.get("/{config_id}")
    async def config(config_id: str, request: Request) -> Any:
        return shown(request, await desk.config(config_id))

    @routes.patch("/{config_id}")
    async def change(config_id: str, request: Request) -> Any:
        changes = await json_body(request)
        refuse_masks(changes)
        wait = choice_of(request, "wait", "true", "false") == "true"
        return shown(request, await desk.set_config(config_id, changes, caller(request).who, wait))

    @routes.delete("/{config_id}", status_code=204)
    async def remove(config_id: str, request: Request) -> None:
        await desk.remove_config(config_id, caller(request).who)

    _reach_routes(routes, desk)
    return routes


def _reach_routes(routes: APIRouter, desk: ConfigDesk) -> None:
    """Add what tells whom a config reaches."""

    @routes.get("/{config_id}/devices")
    async def devices(config_id: str, request: Request) -> Any:
        query = query_of(request, DEVICE_KEYS)
        return written(request, select(await desk.config_devices(config_id), query), query)

    @routes.post("/{config_id}/preview")
    async def preview(config_id: str, request: Request) -> Any:
        body = await json_body(request)
        only(body, "changes", "device")
        changes, device = body.get("changes", {}), body.get("device")
        if not isinstance(changes, dict):
            raise Problem(422, "refused", "changes must be an object.", {"changes": "must be an object"})
        refuse_masks(changes)
        if device is not None:
            administrator(request)  # its files may hold every password of the device
        named = text_of(body, "device") if device is not None else None
        found = await desk.foresee_config(config_id, changes, named)
        return {**masked(found), "files": found["files"]}


DESCRIBED = (
    Described("GET", "/configs", "List configs.", Listed[Config], keys=KEYS),
    Described("POST", "/configs", "Add a config.", Config, NewConfig, 201, asks=(SECRETS,)),
    Described(
        "POST",
        "/configs/autocreate",
        "Make the config that a new device would get.",
        Config,
        status=201,
        asks=(SECRETS,),
    ),
    Described(
        "GET", "/configs/{config_id}/raw", "Show a config with all that it inherits.", RawConfig, asks=(SECRETS,)
    ),
    Described("GET", "/configs/{config_id}", "Show a config.", Config, asks=(SECRETS,)),
    Described(
        "PATCH",
        "/configs/{config_id}",
        "Change a config, and make the files that it reaches.",
        Config,
        ConfigChange,
        asks=(SECRETS, Asks("wait", "false: answer before the files stand.", FLAG)),
    ),
    Described(
        "GET",
        "/configs/{config_id}/devices",
        "List the devices that a config reaches.",
        Listed[ConfigUser],
        keys=DEVICE_KEYS,
    ),
    Described("POST", "/configs/{config_id}/preview", "Say what changes of a config would do.", Foreseen, ConfigTrial),
    Described("DELETE", "/configs/{config_id}", "Remove a config that nothing uses."),
)
