"""Routes of devices and of their files."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import ADMINISTRATOR, administrator, caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import SECRETS, WAIT, WORD, Asks, Described, number
from ringboot.admin.desk import DeviceDesk, FilesDesk, SyncDesk
from ringboot.admin.desk_jobs import JobDesk
from ringboot.admin.desk_plugins import DraftDesk
from ringboot.admin.lists import query_of, refuse_unknown, written
from ringboot.admin.masks import refuse_masks, shown
from ringboot.admin.problems import Problem
from ringboot.admin.routes_jobs import worked
from ringboot.admin.shapes.bodies import (
    DeviceChange,
    NewDevice,
    ReconfigureAll,
    ReconfigureOfPlugin,
    ReconfigureThese,
    Rollback,
    Trial,
    Url,
)
from ringboot.admin.shapes.networks import Job
from ringboot.admin.shapes.syncs import Remade
from ringboot.admin.shapes.templates import Histories, Previewed, RolledBack
from ringboot.admin.shapes.things import Device, Files, FileText, Listed, SecretUrl
from ringboot.desk.listing import Query

KEYS = (
    "id", "mac", "ip", "sn", "uuid", "vendor", "model", "version", "plugin", "config", "configured", "added",
    "description", "problem",
)  # fmt: skip
LIST_KEYS = (*KEYS, "state")  # a roll-out chooses by what a device is, not by how it stands


class _Files(FilesDesk, DraftDesk, Protocol):
    pass


class _Devices(DeviceDesk, _Files, SyncDesk, JobDesk, Protocol):
    pass


def device_routes(desk: _Devices) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/devices")

    @routes.get("")
    async def devices(request: Request) -> Any:
        query = query_of(request, LIST_KEYS)
        return written(request, await desk.devices(query), query)

    @routes.post("", status_code=201)
    async def add(request: Request) -> Any:
        row = await json_body(request)
        refuse_masks(row)
        return shown(request, await desk.add_device(row, caller(request).who))

    @routes.post("/reconfigure")
    async def reconfigure(request: Request) -> Any:
        body = await json_body(request)
        only(body, "ids", "plugin", "all", "sync")
        ids, plugin, sync = body.get("ids"), body.get("plugin"), flag_of(body, "sync")
        if len(body.keys() - {"sync"}) != 1 or not (
            _all_text(ids) or (isinstance(plugin, str) and plugin) or body.get("all") is True
        ):
            raise Problem(422, "refused", 'Say which: {"ids": [...]}, {"plugin": "..."} or {"all": true}.')
        who = caller(request).who

        async def work() -> dict[str, Any]:
            made = await desk.reconfigure(ids, plugin, who)
            if sync:
                query = Query((("plugin", str(plugin)),) if plugin is not None else ())
                made["sync"] = await desk.synchronize(ids, query, who)
            return made

        what = f"devices of {plugin}" if plugin is not None else f"{len(ids)} devices" if ids else "all devices"
        return await worked(request, desk, "reconfigure", what, work())

    @routes.get("/{device_id}")
    async def device(device_id: str, request: Request) -> Any:
        return shown(request, await desk.device(device_id))

    @routes.patch("/{device_id}")
    async def change(device_id: str, request: Request) -> Any:
        changes = await json_body(request)
        refuse_masks(changes)
        return shown(request, await desk.set_device(device_id, changes, caller(request).who))

    @routes.delete("/{device_id}", status_code=204)
    async def remove(device_id: str, request: Request) -> None:
        await desk.remove_device(device_id, caller(request).who)

    _file_routes(routes, desk)
    _look_routes(routes, desk)
    return routes


def _file_routes(routes: APIRouter, desk: _Files) -> None:
    """Add what is about a device's files."""

    @routes.get("/{device_id}/files")
    async def files(device_id: str) -> dict[str, Any]:
        rows = await desk.device_files(device_id)
        return {"total": len(rows), "items": rows}

    @routes.post("/{device_id}/url", dependencies=[Depends(administrator)])
    async def secret_url(device_id: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "renew")
        return await desk.secret_url(device_id, flag_of(body, "renew"), caller(request).who)

    @routes.get("/{device_id}/history")
    async def history(device_id: str) -> dict[str, Any]:
        rows = await desk.device_history(device_id)
        return {"total": len(rows), "items": rows}

    @routes.post("/{device_id}/rollback")
    async def rollback(device_id: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "generation")
        number = body.get("generation")
        if not isinstance(number, int) or isinstance(number, bool):
            raise Problem(422, "refused", "generation must be a number.", {"generation": "must be a number"})
        return await desk.rollback(device_id, number, caller(request).who)

    @routes.get("/{device_id}/history/{number}", dependencies=[Depends(administrator)])
    async def generation(device_id: str, number: str) -> dict[str, Any]:
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise Problem(404, "not-found", f"{number!r:.40} is no generation.")
        return await desk.generation(device_id, int(number))


def _look_routes(routes: APIRouter, desk: _Files) -> None:
    """Add what shows the text of files."""

    # It may hold every password of the device.
    @routes.get("/{device_id}/preview", dependencies=[Depends(administrator)])
    async def preview(device_id: str, request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("config", "plugin"))
        asked = request.query_params
        return await desk.preview(device_id, asked.get("config") or None, asked.get("plugin") or None)

    @routes.post("/{device_id}/preview", dependencies=[Depends(administrator)])
    async def try_out(device_id: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "templates", "config", "plugin")
        drafts = body.get("templates", {})
        if not isinstance(drafts, dict) or not all(isinstance(text, str) for text in drafts.values()):
            raise Problem(422, "refused", "templates must be {name: text}.", {"templates": "must be {name: text}"})
        config, plugin = (text_of(body, key) if body.get(key) is not None else None for key in ("config", "plugin"))
        return await desk.try_templates(device_id, config, plugin, drafts)

    @routes.get("/{device_id}/file")
    async def show_file(device_id: str, request: Request) -> dict[str, Any]:
        path = request.query_params.get("path", "")
        if not path:
            raise Problem(400, "bad-parameter", "Missing: path.", {"path": "missing"})
        found = await desk.show_file(device_id, path)
        # A file cannot be masked: what it holds is for the device. Only one without secrets is for everybody here.
        if found.get("secret", True) and caller(request).role != ADMINISTRATOR:
            raise Problem(403, "administrators-only", f"{path} holds passwords. Run the command as root to see it.")
        return found


def _all_text(ids: Any) -> bool:
    return isinstance(ids, list) and ids != [] and all(isinstance(each, str) for each in ids)


_NAMED = "A device is named by its id, its MAC in any spelling, or an address that only it has."
DESCRIBED = (
    Described("GET", "/devices", "List devices.", Listed[Device], keys=LIST_KEYS),
    Described("POST", "/devices", "Add a device, and make its files.", Device, NewDevice, 201, asks=(SECRETS,)),
    Described(
        "POST",
        "/devices/reconfigure",
        "Make files again.",
        Remade,
        ReconfigureThese | ReconfigureOfPlugin | ReconfigureAll,
        refuses=(404,),
        asks=(WAIT,),
        also={202: Job},
    ),
    Described("GET", "/devices/{device_id}", "Show a device.", Device, asks=(SECRETS,), more=_NAMED),
    Described(
        "PATCH",
        "/devices/{device_id}",
        "Change a device, and make its files again.",
        Device,
        DeviceChange,
        asks=(SECRETS,),
    ),
    Described("DELETE", "/devices/{device_id}", "Remove a device with its files."),
    Described("GET", "/devices/{device_id}/files", "List the files of a device.", Files),
    Described("POST", "/devices/{device_id}/url", "Give a device's secret URL.", SecretUrl, Url),
    Described(
        "GET", "/devices/{device_id}/history", "List the generations of a device's files.", Histories, refuses=(409,)
    ),
    Described("POST", "/devices/{device_id}/rollback", "Serve the files of a generation again.", RolledBack, Rollback),
    Described(
        "GET",
        "/devices/{device_id}/history/{number}",
        "Show the files of a generation beside those that are served.",
        Previewed,
        refuses=(409,),
        named={"number": number(0, 999_999_999)},
    ),
    Described(
        "GET",
        "/devices/{device_id}/preview",
        "Show what a device would get.",
        Previewed,
        refuses=(409,),
        asks=(
            Asks("config", "With this config instead of its own.", WORD),
            Asks("plugin", "With this plugin instead of its own.", WORD),
        ),
    ),
    Described(
        "POST",
        "/devices/{device_id}/preview",
        "Show what a device would get of templates that nobody has written yet.",
        Previewed,
        Trial,
    ),
    Described(
        "GET",
        "/devices/{device_id}/file",
        "Show a file as it is served.",
        FileText,
        refuses=(409,),
        asks=(Asks("path", "Its path, as the list of files has it.", {"type": "string", "minLength": 1}, True),),
    ),
)
