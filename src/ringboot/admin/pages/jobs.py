"""Work that takes a while: jobs, synchronisations and roll-outs, how far they are, and what went wrong."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/jobs"
FILTERS = ("kind", "state")
_OWN_PAGES = ("/syncs/", "/rollouts/")


async def _jobs(visit: Visit) -> Response:
    look = await look_at(visit, PATH, FILTERS)
    kinds = sorted({row["kind"] for row in look.items} | set(filter(None, [look.filters.get("kind")])))
    return await visit.draw("jobs.html", look=look, kinds=kinds)


async def _job(visit: Visit) -> Response:
    """Show one job and what came of it; what has a page of its own is shown there."""
    row = await visit.get(f"/jobs/{visit.part('id')}")
    if (row.get("link") or "").startswith(_OWN_PAGES):
        return visit.go(row["link"])
    result = row["result"] if isinstance(row["result"], dict) else {}
    figures = [(key, value) for key, value in result.items() if type(value) is int and key != "sync"]
    lists = {key: result[key] for key in ("failed", "errors") if isinstance(result.get(key), list)}
    sync = result.get("sync")
    ident = sync.get("id") if isinstance(sync, dict) else sync
    return await visit.draw("job.html", row=row, figures=figures, sync=ident, **{"failed": [], "errors": []} | lists)


async def _take_up(visit: Visit) -> Response:
    answer = await visit.send("POST", f"/jobs/{visit.part('id')}/resume", {})
    if not answer.is_good:
        raise Failed(answer)
    return visit.go(f"/jobs/{answer.value['id']}")


async def _new_rollout(visit: Visit) -> Response:
    form = {"from": visit.word("from"), "stop_at": "1"}
    return await visit.draw("rollout_new.html", plugins=await _plugins(visit), form=form, found=None, problem=None)


async def _plugins(visit: Visit) -> list[str]:
    found = await visit.look("/plugins", [("limit", 1000)])
    return [row["id"] for row in found.value["items"] if row["installed"]] if found.is_good else []


async def _begin(visit: Visit) -> Response:
    """Say first which devices go to the other plugin, and what they would get; begin when somebody has seen that."""
    form = await visit.form()
    trial = not form.has("sure")
    row: dict[str, Any] = {"from": form.text("from"), "to": form.text("to"), "dry_run": trial}
    row |= {"sync": form.has("sync"), "window": form.text("window"), "text": form.text("text")}
    if form.text("model"):
        row["filters"] = [f"model={form.text('model')}"]
    for key in ("first", "stop_at"):
        if form.text(key):
            row[key] = int(form.text(key)) if form.text(key).isdecimal() else form.text(key)
    answer = await visit.send("POST", "/rollouts", row)
    if answer.is_good and not trial:
        return visit.go(f"/rollouts/{answer.value['id']}")
    return await visit.draw(
        "rollout_new.html", answer.status, plugins=await _plugins(visit), form=dict(form.pairs),
        found=answer.value if answer.is_good else None, problem=None if answer.is_good else answer,
    )  # fmt: skip


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
        Way("GET", f"{PATH}/{{id}}", _job),
        Way("POST", f"{PATH}/{{id}}/resume", _take_up),
        Way("GET", "/rollouts-new", _new_rollout),
        Way("POST", "/rollouts", _begin),
        Way("GET", "/rollouts/{id}", _rollout),
        Way("POST", "/rollouts/{id}/resume", _resume),
        Way("POST", "/rollouts/{id}/abort", _abort),
        Way("GET", "/syncs/{id}", _sync),
        Way("POST", "/syncs/{id}/stop", _stop),
    ),
    icon="refresh",
    group="Phones",
)
