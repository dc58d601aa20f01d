"""Work that takes a while: jobs, synchronisations and roll-outs, how far they are, and what went wrong."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/jobs"
FILTERS = ("kind", "state")


async def _jobs(visit: Visit) -> Response:
    look = await look_at(visit, PATH, FILTERS)
    kinds = sorted({row["kind"] for row in look.items} | set(filter(None, [look.filters.get("kind")])))
    return await visit.draw("jobs.html", look=look, kinds=kinds)


async def _rollout(visit: Visit) -> Response:
    ident = visit.part("id")
    row, look = await asyncio.gather(
        visit.get(f"/rollouts/{ident}"), look_at(visit, f"/rollouts/{ident}/devices", ("state", "group"))
    )
    return await visit.draw("rollout.html", row=row, look=look)


async def _resume(visit: Visit) -> Response:
    form = await visit.form()
    answer = await visit.send("POST", f"/rollouts/{visit.part('id')}/resume", {"again": form.has("again")})
    return await _told(visit, answer, "It goes on.")


async def _abort(visit: Visit) -> Response:
    answer = await visit.send("POST", f"/rollouts/{visit.part('id')}/abort", {})
    return await _told(visit, answer, "It is ended; devices that were moved stay moved.")


async def _sync(visit: Visit) -> Response:
    ident = visit.part("id")
    row, look = await asyncio.gather(
        visit.get(f"/syncs/{ident}"), look_at(visit, f"/syncs/{ident}/devices", ("state", "reason"))
    )
    return await visit.draw("sync.html", row=row, look=look)


async def _stop(visit: Visit) -> Response:
    answer = await visit.send("POST", f"/syncs/{visit.part('id')}/stop", {})
    return await _told(visit, answer, "It is stopped; devices that were not told are left alone.")


async def _told(visit: Visit, answer: Answer, text: str) -> Response:
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(text, stirs=["jobs"])


JOBS = Section(
    "Jobs",
    (
        Way("GET", PATH, _jobs),
        Way("GET", "/rollouts/{id}", _rollout),
        Way("POST", "/rollouts/{id}/resume", _resume),
        Way("POST", "/rollouts/{id}/abort", _abort),
        Way("GET", "/syncs/{id}", _sync),
        Way("POST", "/syncs/{id}/stop", _stop),
    ),
    icon="refresh",
    group="Phones",
)
