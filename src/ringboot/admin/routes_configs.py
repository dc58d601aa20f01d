"""Routes of configs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.body import json_body
from ringboot.admin.desk import ConfigDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.masks import refuse_masks, shown
from ringboot.admin.problems import Problem

KEYS = ("id", "role", "label", "transient", "deletable")


def config_routes(desk: ConfigDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/configs")

    @routes.get("")
    async def configs(request: Request) -> dict[str, Any]:
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
        return shown(request, await desk.raw_config(config_id))

    @routes.get("/{config_id}")
    async def config(config_id: str, request: Request) -> Any:
        return shown(request, await desk.config(config_id))

    @routes.patch("/{config_id}")
    async def change(config_id: str, request: Request) -> Any:
        changes = await json_body(request)
        refuse_masks(changes)
        wait = request.query_params.get("wait", "true")
        if wait not in ("true", "false"):
            raise Problem(400, "bad-parameter", "wait must be true or false.", {"wait": "must be true or false"})
        return shown(request, await desk.set_config(config_id, changes, caller(request).who, wait == "true"))

    @routes.delete("/{config_id}", status_code=204)
    async def remove(config_id: str, request: Request) -> None:
        await desk.remove_config(config_id, caller(request).who)

    return routes
