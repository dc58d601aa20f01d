"""The list of devices, and what is done with several of them at once."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.forms import Form
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

FILTERS = ("plugin", "configured", "vendor")
_ABOUT = ("mac", "vendor", "model", "version", "description")
_MOST = 1000  # devices of one deed
Row = dict[str, Any]


async def _devices(visit: Visit) -> Response:
    look, plugins = await asyncio.gather(
        look_at(visit, "/devices", FILTERS, sort="mac"), visit.look("/plugins", [("limit", 1000)])
    )
    installed = [row["id"] for row in plugins.value["items"] if row["installed"]] if plugins.is_good else []
    return await visit.draw("devices.html", look=look, plugins=installed)


async def _ask(visit: Visit) -> Response:
    """Ask before anything is done: with how many, and what that means."""
    form = await visit.form()
    deed = form.text("deed")
    rows, total = await _chosen(visit, form)
    plugins = await visit.look("/plugins", [("limit", 1000)])
    return await visit.draw(
        "devices_sure.html",
        deed=deed,
        rows=rows,
        total=total,
        form=form,
        plugins=[row for row in plugins.value["items"] if row["installed"]] if plugins.is_good else [],
        filters=[(key, form.text(key)) for key in ("text", *FILTERS) if form.text(key)],
    )


async def _chosen(visit: Visit, form: Form) -> tuple[list[Row], int]:
    """Give the devices that a form means, the first thousand of them, and how many there are."""
    if form.has("all_found"):
        filters = [("filter", f"{key}={form.text(key)}") for key in FILTERS if form.text(key)]
        text = [("text", form.text("text"))] if form.text("text") else []
        page = await visit.get("/devices", [("limit", _MOST), *filters, *text])
        return page["items"], page["total"]
    ids = form.all("ids")[:_MOST]
    found = await asyncio.gather(*(visit.try_get(f"/devices/{ident}") for ident in ids))
    rows = [each.value for each in found if each.is_good]  # others are gone meanwhile
    return rows, len(rows)


async def _do(visit: Visit) -> Response:
    form = await visit.form()
    rows, _ = await _chosen(visit, form)
    ids = [row["id"] for row in rows]
    if not ids:
        return await visit.say("None of the chosen devices is there any more.", bad=True, stirs=["devices"])
    match form.text("deed"):
        case "reconfigure":
            made = _good(await visit.send("POST", "/devices/reconfigure", {"ids": ids, "sync": form.has("sync")}))
            problems = [f"{row.get('mac') or row['id']}: {row['problem']}" for row in made["failed"]]
            said = f"The files of {made['configured']} devices were made again; {made['changed']} files changed."
            return await visit.say(said, stirs=["devices"], bad=bool(problems), more=problems)
        case "synchronize":
            job = _good(await visit.send("POST", "/syncs", {"ids": ids}))
            return await visit.say(f"{job['devices']} devices are told to read their files.", stirs=["devices"])
        case "move":
            answers = [await visit.send("PATCH", f"/devices/{each}", {"plugin": form.text("to")}) for each in ids]
            return await _several(visit, rows, answers, f"moved to {form.text('to')}")
        case "delete":
            answers = [await visit.send("DELETE", f"/devices/{each}") for each in ids]
            if form.has("one") and answers[0].is_good:
                return visit.go("/devices")
            return await _several(visit, rows, answers, "deleted")
    return await visit.say("This page does not know what to do. Load it again.", bad=True)


async def _several(visit: Visit, rows: list[Row], answers: list[Answer], done: str) -> Response:
    problems = [
        f"{row['mac'] or row['id']}: {answer.detail}"
        for row, answer in zip(rows, answers, strict=True)
        if not answer.is_good
    ]
    said = f"{len(rows) - len(problems)} of {len(rows)} devices were {done}."
    return await visit.say(said, stirs=["devices"], bad=bool(problems), more=problems)


def _good(answer: Answer) -> Any:
    if not answer.is_good:
        raise Failed(answer)
    return answer.value


async def _new(visit: Visit) -> Response:
    return await visit.draw("device_new.html", values=dict.fromkeys(_ABOUT, ""), problem=None)


async def _add(visit: Visit) -> Response:
    form = await visit.form()
    values = {key: form.text(key) for key in _ABOUT}
    answer = await visit.send("POST", "/devices", {key: value for key, value in values.items() if value})
    if not answer.is_good:
        return await visit.draw("device_new.html", answer.status, values=values, problem=answer)
    return visit.go(f"/devices/{answer.value['id']}")


DEVICES = Section(
    "Devices",
    (
        Way("GET", "/devices", _devices),
        Way("POST", "/devices/sure", _ask),
        Way("POST", "/devices/do", _do),
        Way("GET", "/devices/new", _new),
        Way("POST", "/devices/new", _add),
    ),
    icon="phone",
    group="Phones",
)
