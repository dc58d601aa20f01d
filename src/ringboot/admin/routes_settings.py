"""Routes of settings; everybody let in may look, only administrators change."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator, caller
from ringboot.admin.body import json_body, only
from ringboot.admin.described import SECRETS, Described
from ringboot.admin.desk import SettingDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.masks import shown
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import SettingValue
from ringboot.admin.shapes.things import Listed, Setting
from ringboot.desk.listing import select

KEYS = ("name", "value")


def setting_routes(desk: SettingDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/settings")

    @routes.get("")
    async def settings(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.settings(), query), query)

    @routes.get("/{name}")
    async def setting(name: str, request: Request) -> Any:
        return shown(request, await desk.get_setting(name))

    @routes.put("/{name}", dependencies=[Depends(administrator)])
    async def change(name: str, request: Request) -> Any:
        body = await json_body(request)
        only(body, "value")
        if "value" not in body:
            raise Problem(422, "refused", "value is missing.", {"value": "missing"})
        return shown(request, await desk.set_setting(name, body["value"], caller(request).who))

    return routes


DESCRIBED = (
    Described("GET", "/settings", "List settings.", Listed[Setting], keys=KEYS),
    Described("GET", "/settings/{name}", "Show a setting.", Setting, asks=(SECRETS,)),
    Described("PUT", "/settings/{name}", "Change a setting.", Setting, SettingValue, asks=(SECRETS,)),
)
