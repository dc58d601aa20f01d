"""Routes of machines that boot from the network."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.described import Described
from ringboot.admin.desk_machines import MachineDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.shapes.machines import Machine
from ringboot.admin.shapes.things import Listed

KEYS = ("id", "mac", "ip", "model", "config", "description", "state", "since", "who", "asked")


def machine_routes(desk: MachineDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/machines")

    @routes.get("")
    async def machines(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, await desk.machines(query), query)

    @routes.post("/{device_id}/approve")
    async def approve(device_id: str, request: Request) -> dict[str, Any]:
        return await desk.approve_machine(device_id, caller(request).who, again=False)

    @routes.post("/{device_id}/again")
    async def again(device_id: str, request: Request) -> dict[str, Any]:
        return await desk.approve_machine(device_id, caller(request).who, again=True)

    return routes


DESCRIBED = (
    Described("GET", "/machines", "List machines that boot from the network.", Listed[Machine], keys=KEYS),
    Described("POST", "/machines/{device_id}/approve", "Let a machine be installed.", Machine),
    Described("POST", "/machines/{device_id}/again", "Let a machine be installed once more.", Machine),
)
