"""Routes of plugins; everybody let in may look, only administrators change."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator, caller
from ringboot.admin.body import json_body, only, text_of
from ringboot.admin.described import WAIT, Described
from ringboot.admin.desk_jobs import JobDesk
from ringboot.admin.desk_plugins import PluginDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.routes_jobs import worked
from ringboot.admin.shapes.bodies import PluginInstall, PluginUpgrade
from ringboot.admin.shapes.networks import Job
from ringboot.admin.shapes.plugins import Plugin, Repository, Source, Uninstalled, Upgraded, WholePlugin
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select

KEYS = ("id", "name", "title", "version", "installed", "available", "end_of_life", "enabled", "problem")


class _Plugins(PluginDesk, JobDesk, Protocol):
    pass


def plugin_routes(desk: _Plugins) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/plugins")

    @routes.get("")
    async def plugins(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.plugins(), query), query)

    @routes.post("", status_code=201, dependencies=[Depends(administrator)])
    async def install(request: Request) -> Any:
        body = await json_body(request)
        only(body, "source", "id")
        plugin_id = text_of(body, "id") if body.get("id") is not None else None
        source = text_of(body, "source")
        work = desk.install_plugin(source, plugin_id, caller(request).who)
        return await worked(request, desk, "plugin-install", source, work)

    @routes.post("/{plugin_id}/upgrade", dependencies=[Depends(administrator)])
    async def upgrade(plugin_id: str, request: Request) -> Any:
        body = await json_body(request)
        only(body, "source")
        source = text_of(body, "source") if body.get("source") is not None else None
        work = desk.upgrade_plugin(plugin_id, source, caller(request).who)
        return await worked(request, desk, "plugin-upgrade", plugin_id, work)

    @routes.post("/{plugin_id}/reload", dependencies=[Depends(administrator)])
    async def reload(plugin_id: str, request: Request) -> dict[str, Any]:
        return await desk.reload_plugin(plugin_id, caller(request).who)

    @routes.get("/{plugin_id}")
    async def plugin(plugin_id: str) -> dict[str, Any]:
        return await desk.plugin(plugin_id)

    @routes.delete("/{plugin_id}", dependencies=[Depends(administrator)])
    async def uninstall(plugin_id: str, request: Request) -> Any:
        work = desk.uninstall_plugin(plugin_id, caller(request).who)
        return await worked(request, desk, "plugin-uninstall", plugin_id, work)

    return routes


def repository_routes(desk: _Plugins) -> APIRouter:
    """Build those of the repository that plugins are from."""
    routes = APIRouter(prefix="/repository")

    @routes.get("")
    async def repository() -> dict[str, Any]:
        return await desk.repository()

    @routes.post("/update", dependencies=[Depends(administrator)])
    async def update(request: Request) -> Any:
        return await worked(request, desk, "repository-update", "the index of the repository", desk.update_repository())

    return routes


DESCRIBED = (
    Described("GET", "/plugins", "List plugins, installed or not.", Listed[Plugin], keys=KEYS),
    Described(
        "POST",
        "/plugins",
        "Install a plugin.",
        WholePlugin,
        PluginInstall,
        201,
        refuses=(404,),
        asks=(WAIT,),
        also={202: Job},
    ),
    Described(
        "POST",
        "/plugins/{plugin_id}/upgrade",
        "Upgrade a plugin.",
        Upgraded,
        PluginUpgrade,
        asks=(WAIT,),
        also={202: Job},
    ),
    Described("POST", "/plugins/{plugin_id}/reload", "Read a plugin's folder again.", WholePlugin),
    Described("GET", "/plugins/{plugin_id}", "Show a plugin.", WholePlugin),
    Described("DELETE", "/plugins/{plugin_id}", "Uninstall a plugin.", Uninstalled, asks=(WAIT,), also={202: Job}),
    Described("GET", "/repository", "Tell where plugins are from.", Source),
    Described(
        "POST", "/repository/update", "Read the repository's index anew.", Repository, asks=(WAIT,), also={202: Job}
    ),
)
