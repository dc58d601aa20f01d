"""Routes of work that takes a while, and how the routes that begin it let nobody wait."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse

from ringboot.admin.access import caller
from ringboot.admin.described import STREAM, Described
from ringboot.admin.desk_jobs import JobDesk
from ringboot.admin.lists import choice_of, query_of, written
from ringboot.admin.masks import masked
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.networks import Job
from ringboot.admin.shapes.things import Listed
from ringboot.admin.streams import stream
from ringboot.desk.listing import select

KEYS = ("id", "kind", "what", "who", "state", "started", "ended", "done", "total", "problem")


def job_routes(desk: JobDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/jobs")

    @routes.get("")
    async def jobs(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.jobs(), query), query)

    @routes.get("/{job_id}")
    async def job(job_id: str) -> Any:
        return masked(await desk.job(job_id))

    @routes.post("/{job_id}/resume", status_code=202)
    async def resume(job_id: str, request: Request) -> Any:
        return masked(await desk.resume_job(job_id, caller(request).who))

    @routes.get("/{job_id}/events")
    async def follow(job_id: str) -> StreamingResponse:
        await desk.job(job_id)  # else it would be missed in the middle of the answer
        return stream(desk.follow_job(job_id))

    return routes


def is_to_wait(request: Request) -> bool:
    """Read `wait`: whether the answer comes only when all is done, which it does unless somebody says otherwise."""
    return choice_of(request, "wait", "true", "false") == "true"


async def worked(request: Request, desk: JobDesk, kind: str, what: str, work: Coroutine[Any, Any, Any]) -> Any:
    """Do work as a job: answer what comes of it, or at once, with 202 and the job, where `?wait=false` asks so."""
    who = caller(request).who
    try:
        waits = is_to_wait(request)
    except Problem:
        work.close()
        raise
    if waits:
        return await desk.run_job(kind, what, who, work)
    return JSONResponse(masked(await desk.begin_job(kind, what, who, work)), 202)


DESCRIBED = (
    Described("GET", "/jobs", "List work that takes a while, the newest first.", Listed[Job], keys=KEYS),
    Described("GET", "/jobs/{job_id}", "Show a job.", Job),
    Described(
        "POST", "/jobs/{job_id}/resume", "Do what a restart of the daemon interrupted again, as another job.", Job,
        status=202, refuses=(409,),
    ),
    Described(
        "GET", "/jobs/{job_id}/events", "Tell how far a job is, as server-sent events, until it has ended.",
        str, kind=STREAM,
    ),
)  # fmt: skip
