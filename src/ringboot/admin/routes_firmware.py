"""Routes of firmware packages; everybody let in may look, only administrators change."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator, caller
from ringboot.admin.body import json_body, only
from ringboot.admin.described import OCTETS, WAIT, Described
from ringboot.admin.desk_jobs import JobDesk
from ringboot.admin.desk_plugins import FirmwareDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.problems import Problem
from ringboot.admin.routes_jobs import worked
from ringboot.admin.shapes.bodies import FirmwareInstall, FirmwareUpgrade
from ringboot.admin.shapes.firmware import (
    Firmware,
    FirmwareDoing,
    FirmwareInstalled,
    FirmwareRemoved,
    FirmwareUploaded,
    WholeFirmware,
)
from ringboot.admin.shapes.networks import Job
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select

KEYS = ("plugin", "id", "version", "installed", "state", "size", "description", "problem")


class _Firmware(FirmwareDesk, JobDesk, Protocol):
    pass


def firmware_routes(desk: _Firmware) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/firmware")
    changing = [Depends(administrator)]

    @routes.get("")
    async def firmware(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.firmware(), query), query)

    @routes.get("/{plugin}")
    async def doing(plugin: str) -> dict[str, Any]:
        return await desk.firmware_doing(plugin)

    @routes.get("/{plugin}/packages/{package}")
    async def package(plugin: str, package: str) -> dict[str, Any]:
        return await desk.firmware_package(plugin, package)

    @routes.post("/{plugin}/install", dependencies=changing)
    async def install(plugin: str, request: Request) -> Any:
        body = await json_body(request)
        only(body, "packages")
        packages = _packages(body)
        if not packages:
            raise Problem(422, "refused", "packages is missing.", {"packages": "must be a list of ids"})
        work = desk.install_firmware(plugin, packages, caller(request).who)
        return await worked(request, desk, "firmware-install", f"{plugin}: {', '.join(packages)}", work)

    @routes.post("/{plugin}/upgrade", dependencies=changing)
    async def upgrade(plugin: str, request: Request) -> Any:
        body = await json_body(request)
        only(body, "packages")
        work = desk.upgrade_firmware(plugin, _packages(body) or None, caller(request).who)
        return await worked(request, desk, "firmware-upgrade", plugin, work)

    @routes.delete("/{plugin}/packages/{package}", dependencies=changing)
    async def uninstall(plugin: str, package: str, request: Request) -> dict[str, Any]:
        return await desk.uninstall_firmware(plugin, package, caller(request).who)

    @routes.put("/{plugin}/upload", dependencies=changing)
    async def upload(plugin: str, request: Request) -> dict[str, Any]:
        return await desk.upload_firmware(plugin, request.stream(), caller(request).who)

    return routes


def _packages(body: dict[str, Any]) -> list[str]:
    value = body.get("packages", [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise Problem(422, "refused", "packages must be a list of ids.", {"packages": "must be a list of ids"})
    return value


DESCRIBED = (
    Described("GET", "/firmware", "List firmware packages.", Listed[Firmware], keys=KEYS),
    Described("GET", "/firmware/{plugin}", "Tell what is being done with a plugin's firmware.", FirmwareDoing),
    Described("GET", "/firmware/{plugin}/packages/{package}", "Show a package.", WholeFirmware),
    Described(
        "POST",
        "/firmware/{plugin}/install",
        "Install packages and what they need.",
        FirmwareInstalled,
        FirmwareInstall,
        asks=(WAIT,),
        also={202: Job},
    ),
    Described(
        "POST",
        "/firmware/{plugin}/upgrade",
        "Upgrade packages.",
        FirmwareInstalled,
        FirmwareUpgrade,
        asks=(WAIT,),
        also={202: Job},
    ),
    Described("DELETE", "/firmware/{plugin}/packages/{package}", "Uninstall a package.", FirmwareRemoved),
    Described(
        "PUT",
        "/firmware/{plugin}/upload",
        "Give a file of a package that must be fetched by hand.",
        FirmwareUploaded,
        bytes,
        sends=OCTETS,
    ),
)
