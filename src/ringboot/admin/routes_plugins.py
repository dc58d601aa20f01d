"""Routes of plugins; everybody let in may look, only administrators change."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator, caller
from ringboot.admin.body import json_body, only, text_of
from ringboot.admin.described import Described
from ringboot.admin.desk_plugins import PluginDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.shapes.bodies import PluginInstall, PluginUpgrade
from ringboot.admin.shapes.plugins import Plugin, Repository, Source, Uninstalled, Upgraded, WholePlugin
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select

KEYS = ("id", "name", "title", "version", "installed", "available", "end_of_life", "enabled", "problem")


def plugin_routes(desk: PluginDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/plugins")

    @routes.get("")
    async def plugins(request: Request) -> dict[str, Any]:
        query = query_of(request, KEYS)
        return written(request, select(await desk.plugins(), query), query)

    @routes.post("", status_code=201, dependencies=[Depends(administrator)])
    async def install(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "source", "id")
        plugin_id = text_of(body, "id") if body.get("id") is not None else None
        return await desk.install_plugin(text_of(body, "source"), plugin_id, caller(request).who)

    @routes.post("/{plugin_id}/upgrade", dependencies=[Depends(administrator)])
    async def upgrade(plugin_id: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "source")
        source = text_of(body, "source") if body.get("source") is not None else None
        return await desk.upgrade_plugin(plugin_id, source, caller(request).who)

    @routes.post("/{plugin_id}/reload", dependencies=[Depends(administrator)])
    async def reload(plugin_id: str, request: Request) -> dict[str, Any]:
        return await desk.reload_plugin(plugin_id, caller(request).who)

    @routes.get("/{plugin_id}")
    async def plugin(plugin_id: str) -> dict[str, Any]:
        return await desk.plugin(plugin_id)

    @routes.delete("/{plugin_id}", dependencies=[Depends(administrator)])
    async def uninstall(plugin_id: str, request: Request) -> dict[str, Any]:
        return await desk.uninstall_plugin(plugin_id, caller(request).who)

    return routes


def repository_routes(desk: PluginDesk) -> APIRouter:
    """Build those of the repository that plugins are from."""
    routes = APIRouter(prefix="/repository")

    @routes.get("")
    async def repository() -> dict[str, Any]:
        return await desk.repository()

    @routes.post("/update", dependencies=[Depends(administrator)])
    async def update() -> dict[str, Any]:
        return await desk.update_repository()

    return routes


DESCRIBED = (
    Described("GET", "/plugins", "List plugins, installed or not.", Listed[Plugin], keys=KEYS),
    Described("POST", "/plugins", "Install a plugin.", WholePlugin, PluginInstall, 201, refuses=(404,)),
    Described("POST", "/plugins/{plugin_id}/upgrade", "Upgrade a plugin.", Upgraded, PluginUpgrade),
    Described("POST", "/plugins/{plugin_id}/reload", "Read a plugin's folder again.", WholePlugin),
    Described("GET", "/plugins/{plugin_id}", "Show a plugin.", WholePlugin),
    Described("DELETE", "/plugins/{plugin_id}", "Uninstall a plugin.", Uninstalled),
    Described("GET", "/repository", "Tell where plugins are from.", Source),
    Described("POST", "/repository/update", "Read the repository's index anew.", Repository),
)
