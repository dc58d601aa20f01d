"""Routes of the administrator's Python: ringboot.toml names the files, so that here they are looked at."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from ringboot.admin.described import Described
from ringboot.admin.desk_scripts import ScriptDesk
from ringboot.admin.shapes.scripts import Scripts


def script_routes(desk: ScriptDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/scripts")

    @routes.get("")
    async def scripts() -> dict[str, Any]:
        return await desk.scripts()

    return routes


DESCRIBED = (Described("GET", "/scripts", "Tell how the administrator's Python does.", Scripts),)
