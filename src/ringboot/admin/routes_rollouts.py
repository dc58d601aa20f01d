"""Routes of roll-outs: devices that go from one plugin to another, group by group."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from ringboot.admin.access import caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import Described
from ringboot.admin.desk import RolloutDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.problems import Problem
from ringboot.admin.routes_devices import KEYS as DEVICE_KEYS
from ringboot.admin.shapes.bodies import Move, Resume
from ringboot.admin.shapes.rollouts import Rollout, RolloutDevice, RolloutPreview
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select

KEYS = ("id", "from", "to", "state", "reason", "who", "window")
MEMBER_KEYS = ("device", "mac", "model", "group", "state")
_BODY = ("from", "to", "filters", "text", "first", "resume_at", "stop_at", "window", "sync", "dry_run")


def rollout_routes(desk: RolloutDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/rollouts")

    @routes.get("")
    async def rollouts(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.list_rollouts(), query), query)

    @routes.post("", status_code=201)
    async def move(request: Request, response: Response) -> dict[str, Any]:
        body = await json_body(request)
        only(body, *_BODY)
        row = _checked(body)
        if row["dry_run"]:
            response.status_code = 200
        return await desk.move_devices(row, caller(request).who)

    @routes.get("/{rollout_id}")
    async def rollout(rollout_id: str) -> dict[str, Any]:
        return await desk.rollout(rollout_id)

    @routes.get("/{rollout_id}/devices")
    async def devices(rollout_id: str, request: Request) -> Any:
        query = query_of(request, MEMBER_KEYS)
        return written(request, select(await desk.rollout_devices(rollout_id), query), query)

    @routes.post("/{rollout_id}/resume")
    async def resume(rollout_id: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "again")
        return await desk.resume_rollout(rollout_id, flag_of(body, "again"), caller(request).who)

    @routes.post("/{rollout_id}/abort")
    async def abort(rollout_id: str, request: Request) -> dict[str, Any]:
        return await desk.abort_rollout(rollout_id, caller(request).who)

    return routes


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    filters, first = body.get("filters", []), body.get("first")
    if not isinstance(filters, list) or not all(map(_is_filter, filters)):
        raise _bad("filters", f"must be a list of key=value with keys of {', '.join(DEVICE_KEYS)}")
    if first is not None and not (_is_count(first) or _is_filter(first)):
        raise _bad("first", f"must be a number of devices, or key=value with a key of {', '.join(DEVICE_KEYS)}")
    if body.get("stop_at") is not None and not _is_count(body["stop_at"]):
        raise _bad("stop_at", "must be a number of failures, from 1")
    resume_at = body.get("resume_at")
    if resume_at is not None and (isinstance(resume_at, bool) or not isinstance(resume_at, int | float)):
        raise _bad("resume_at", "must be an instant, in seconds since 1970")
    for key in ("text", "window"):
        if not isinstance(body.get(key, ""), str):
            raise _bad(key, "must be text")
    return {
        **body,
        "from": text_of(body, "from"),
        "to": text_of(body, "to"),
        "sync": flag_of(body, "sync"),
        "dry_run": flag_of(body, "dry_run"),
    }


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_filter(value: Any) -> bool:
    return isinstance(value, str) and "=" in value and value.partition("=")[0] in DEVICE_KEYS


def _bad(key: str, why: str) -> Problem:
    return Problem(422, "refused", f"{key} {why}.", {key: why})


DESCRIBED = (
    Described("GET", "/rollouts", "List roll-outs, the newest first.", Listed[Rollout], keys=KEYS),
    Described(
        "POST",
        "/rollouts",
        "Move devices to another plugin, or see what that would do.",
        Rollout,
        Move,
        201,
        also={200: RolloutPreview},
        refuses=(404,),
    ),
    Described("GET", "/rollouts/{rollout_id}", "Show a roll-out.", Rollout),
    Described(
        "GET",
        "/rollouts/{rollout_id}/devices",
        "List the devices of a roll-out.",
        Listed[RolloutDevice],
        keys=MEMBER_KEYS,
    ),
    Described("POST", "/rollouts/{rollout_id}/resume", "Let a roll-out go on.", Rollout, Resume),
    Described("POST", "/rollouts/{rollout_id}/abort", "End a roll-out.", Rollout),
)
