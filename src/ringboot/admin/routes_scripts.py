"""Routes of the administrator's Python: ringboot.toml names the files, so that here they are looked at."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator
from ringboot.admin.described import WORD, Asks, Described
from ringboot.admin.desk_scripts import ScriptDesk
from ringboot.admin.lists import refuse_unknown
from ringboot.admin.shapes.scripts import ScriptPage, Scripts


def script_routes(desk: ScriptDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/scripts")

    @routes.get("")
    async def scripts() -> dict[str, Any]:
        return await desk.scripts()

    # What a script does when its page is looked at, nobody else knows.
    @routes.get("/page", dependencies=[Depends(administrator)])
    async def page(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("path", "query"))
        asked = request.query_params
        return await desk.script_page(asked.get("path") or "/", asked.get("query") or "")

    return routes


DESCRIBED = (
    Described("GET", "/scripts", "Tell how the administrator's Python does.", Scripts),
    Described(
        "GET",
        "/scripts/page",
        "Have a conf.py of staticDHCPd show one of its pages.",
        ScriptPage,
        asks=(Asks("path", "Its path; / is the dashboard.", WORD), Asks("query", "What stands behind its ?.", WORD)),
        refuses=(404,),
    ),
)
