"""The route by which a telephone system gives a config to a calling device."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import Described
from ringboot.admin.desk import CodeDesk
from ringboot.admin.shapes.bodies import Dialled
from ringboot.admin.shapes.things import Provisioned


def provision_routes(desk: CodeDesk) -> APIRouter:
    """Build it over the desk."""
    routes = APIRouter(prefix="/provision")

    @routes.post("")
    async def provision(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "code", "contact", "address", "sync")
        contact, address = (text_of(body, key) if body.get(key) is not None else None for key in ("contact", "address"))
        sync = flag_of(body, "sync") if "sync" in body else True
        return await desk.provision(text_of(body, "code"), contact, address, sync, caller(request).who)

    return routes


DESCRIBED = (
    Described("POST", "/provision", "Give the config with a code to the device that calls.", Provisioned, Dialled),
)
