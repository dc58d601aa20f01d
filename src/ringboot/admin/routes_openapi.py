"""The route of the API's description."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ringboot.admin.described import Described
from ringboot.admin.openapi import describe

DESCRIBED = (Described("GET", "/openapi.json", "Describe the API (OpenAPI 3.1).", dict[str, Any]),)


def openapi_routes(table: Sequence[Described]) -> APIRouter:
    """Build it over the rows of all routes."""
    routes = APIRouter()
    made = functools.cache(lambda: describe(table))

    @routes.get("/openapi.json")
    async def description() -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(made))  # some tenths of a second, once

    return routes
