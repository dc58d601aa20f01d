"""The route by which unknown machines are made known."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.body import json_body, only, text_of
from ringboot.admin.described import Described
from ringboot.admin.desk import RegistrationDesk
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import Machines
from ringboot.admin.shapes.things import Registrations


def registration_routes(desk: RegistrationDesk) -> APIRouter:
    """Build it over the desk."""
    routes = APIRouter(prefix="/registrations")

    @routes.post("", status_code=201)
    async def register(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "macs", "network", "address", "name")
        macs = body.get("macs")
        if not isinstance(macs, list) or not all(isinstance(each, str) for each in macs):
            raise Problem(422, "refused", "macs must be a list of texts.", {"macs": "must be a list of texts"})
        more = {key: text_of(body, key) for key in ("network", "address", "name") if body.get(key) is not None}
        return {"items": await desk.register({"macs": macs, **more}, caller(request).who)}

    return routes


DESCRIBED = (
    Described("POST", "/registrations", "Make unknown machines known, all or none.", Registrations, Machines, 201),
)
