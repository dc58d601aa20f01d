"""Routes of pools: how full they are, and were."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.described import WORD, Asks, Described
from ringboot.admin.desk import PoolDesk
from ringboot.admin.lists import choice_of, refuse_unknown
from ringboot.admin.shapes.things import PoolHistory, Pools

STEPS = {"1m": 60, "15m": 900}


def pool_routes(desk: PoolDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/pools")

    @routes.get("")
    async def pools() -> dict[str, Any]:
        rows = await desk.pools()
        return {"total": len(rows), "items": rows}

    @routes.get("/history")
    async def history(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("network", "step"))
        step = STEPS[choice_of(request, "step", *STEPS)]
        network = request.query_params.get("network", "")
        return {"network": network, "step": step, "items": await desk.pool_history(network, step)}

    return routes


DESCRIBED = (
    Described("GET", "/pools", "List pools and how full they are.", Pools),
    Described(
        "GET",
        "/pools/history",
        "Tell how full a network's pools were.",
        PoolHistory,
        refuses=(404,),
        asks=(
            Asks("network", "Its name.", WORD, True),
            Asks(
                "step",
                "1m: each minute of a day; 15m: the fullest of a quarter of an hour, for 30 days.",
                {"type": "string", "enum": [*STEPS]},
            ),
        ),
    ),
)
