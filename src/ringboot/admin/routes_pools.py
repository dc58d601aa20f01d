"""Routes of pools: how full they are, and were."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.desk import PoolDesk
from ringboot.admin.lists import refuse_unknown
from ringboot.admin.problems import Problem

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
        step = STEPS.get(request.query_params.get("step", "1m"))
        if step is None:
            raise Problem(400, "bad-parameter", "step must be 1m or 15m.", {"step": "must be 1m or 15m"})
        network = request.query_params.get("network", "")
        return {"network": network, "step": step, "items": await desk.pool_history(network, step)}

    return routes
