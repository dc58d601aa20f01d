"""One device: where its boot stands, what it is, its network, config and files; edited here."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.drawing import pretty, segment
from ringboot.admin.pages.forms import Form
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.standing import steps, values
from ringboot.admin.pages.visit import Failed, Visit

_RECENT = 25  # steps of the timeline that are shown at once
_EDITED = ("plugin", "config", "description", "vendor", "model", "version")
Row = dict[str, Any]


async def _device(visit: Visit) -> Response:
    return await _drawn(visit)


async def _drawn(visit: Visit, form: Form | None = None, problem: Answer | None = None) -> Response:
    """Draw the page; `form` and `problem`: what was written, and why it was not taken."""
    ident = visit.part("id")
    answer = await visit.try_get(f"/devices/{ident}")
    if not answer.is_good:
        raise Failed(answer)
    device: Row = answer.value
    told, flat, history, plugins, configs = await asyncio.gather(
        _told(visit, device), _flat(visit, device), visit.try_get(f"/devices/{device['id']}/history"),
        visit.look("/plugins", [("limit", 1000)]), visit.try_get("/configs", [("limit", 1000), ("sort", "id")]),
    )  # fmt: skip
    timeline = steps(told["timeline"])
    return await visit.draw(
        "device.html",
        200 if problem is None else problem.status,
        device=device,
        etag=answer.etag,
        told=told,
        recent=timeline[-_RECENT:],
        earlier=timeline[:-_RECENT],
        flat=flat,
        values=values(flat["raw_config"], flat["layers"]) if flat else [],
        history=history.value["items"] if history.is_good else [],
        plugins=[row["id"] for row in plugins.value["items"] if row["installed"]] if plugins.is_good else [],
        configs=[row["id"] for row in configs.value["items"]] if configs.is_good else [],
        problem=problem,
        edited=_edited(device, form),
        theirs=_theirs(form, problem),
    )


async def _told(visit: Visit, device: Row) -> Row:
    """Give its way; of one without a MAC only the files are known."""
    if device.get("mac"):
        answer = await visit.try_get(f"/explain/{device['mac']}")
        if answer.is_good:
            return dict(answer.value)
    files = await visit.try_get(f"/devices/{device['id']}/files")
    rows = files.value["items"] if files.is_good else []
    return {"boot": None, "timeline": [], "leases": [], "reservations": [], "options": [], "files": rows}


async def _flat(visit: Visit, device: Row) -> Row | None:
    if not device.get("config"):
        return None
    answer = await visit.try_get(f"/configs/{device['config']}/raw")
    return answer.value if answer.is_good else None


def _edited(device: Row, form: Form | None) -> Row:
    """Give what the fields of the form hold: what was written, else what is kept."""
    kept = {key: device.get(key) or "" for key in _EDITED} | {"options": pretty(device.get("options") or {})}
    return kept if form is None else {key: form.raw(key) for key in kept}


def _theirs(form: Form | None, problem: Answer | None) -> dict[str, str]:
    """Give what somebody else saved meanwhile, where it differs from what was written."""
    if form is None or problem is None or problem.status != 412:
        return {}
    current = _edited(problem.value.get("current") or {}, None)
    return {key: text for key, text in current.items() if text.strip() != form.text(key)}


async def _edit(visit: Visit) -> Response:
    form, ident = await visit.form(), visit.part("id")
    changes: Row = {key: form.text(key) or None for key in _EDITED if form.has(key)}
    try:
        options = json.loads(form.raw("options") or "{}")
        if not isinstance(options, dict):
            raise ValueError
    except ValueError:
        wrong = {"detail": "The options are not JSON.", "fields": {"options": 'must be JSON, such as {"key": "value"}'}}
        return await _drawn(visit, form, Answer(422, wrong, {}))
    before = await visit.get(f"/devices/{ident}")
    gone = dict.fromkeys((before.get("options") or {}).keys() - options.keys())
    changes["options"] = {key: value for key, value in {**options, **gone}.items() if value != "***"}
    changes = {key: value for key, value in changes.items() if key == "options" or value != before.get(key)}
    if not changes["options"]:
        del changes["options"]
    answer = await visit.send("PATCH", f"/devices/{ident}", changes, etag=form.text("etag"))
    if not answer.is_good:
        return await _drawn(visit, form, answer)
    return visit.go(f"/devices/{segment(ident)}")


async def _do(visit: Visit) -> Response:
    form, ident = await visit.form(), visit.part("id")
    if form.text("deed") == "synchronize":
        answer = await visit.send("POST", "/syncs", {"ids": [ident]})
        said = "It is told to read its files. What it does then stands in its boot."
        if not answer.is_good:
            raise Failed(answer)
        return await visit.say(said, stirs=["devices"])
    answer = await visit.send("POST", "/devices/reconfigure", {"ids": [ident]})
    if not answer.is_good:
        raise Failed(answer)
    problems = [row["problem"] for row in answer.value["failed"]]
    said = (
        "Its files could not be made." if problems else f"Its files were made again: {answer.value['changed']} changed."
    )
    return await visit.say(said, stirs=["devices"], bad=bool(problems), more=problems)


async def _file(visit: Visit) -> Response:
    ident, path = visit.part("id"), visit.word("path")
    device = await visit.get(f"/devices/{ident}")
    file = await visit.get(f"/devices/{ident}/file", [("path", path)])
    return await visit.draw("device_file.html", device=device, file=file)


async def _preview(visit: Visit) -> Response:
    """Show what the device would get, with another config or plugin perhaps."""
    ident = visit.part("id")
    device = await visit.get(f"/devices/{ident}")
    wanted = [(key, visit.word(key)) for key in ("config", "plugin") if visit.word(key)]
    made, plugins, configs = await asyncio.gather(
        visit.try_get(f"/devices/{ident}/preview", wanted), visit.look("/plugins", [("limit", 1000)]),
        visit.try_get("/configs", [("limit", 1000), ("sort", "id")]),
    )  # fmt: skip
    return await visit.draw(
        "device_preview.html",
        device=device,
        made=made,
        asked=dict(wanted),
        plugins=[row["id"] for row in plugins.value["items"] if row["installed"]] if plugins.is_good else [],
        configs=[row["id"] for row in configs.value["items"]] if configs.is_good else [],
    )


async def _generation(visit: Visit) -> Response:
    ident, number = visit.part("id"), visit.part("number")
    device, generation, history = await asyncio.gather(
        visit.get(f"/devices/{ident}"), visit.get(f"/devices/{ident}/history/{number}"),
        visit.get(f"/devices/{ident}/history"),
    )  # fmt: skip
    about = next((row for row in history["items"] if str(row["number"]) == number), None)
    return await visit.draw("device_generation.html", device=device, generation=generation, about=about, number=number)


async def _rollback(visit: Visit) -> Response:
    ident, number = visit.part("id"), visit.part("number")
    answer = await visit.send("POST", f"/devices/{ident}/rollback", {"generation": int(number)})
    if not answer.is_good:
        raise Failed(answer)
    return visit.go(f"/devices/{segment(ident)}#files")


DEVICE = Section(
    "",
    (
        Way("GET", "/devices/{id}", _device),
        Way("POST", "/devices/{id}/edit", _edit),
        Way("POST", "/devices/{id}/do", _do),
        Way("GET", "/devices/{id}/file", _file),
        Way("GET", "/devices/{id}/preview", _preview),
        Way("GET", "/devices/{id}/history/{number:int}", _generation),
        Way("POST", "/devices/{id}/history/{number:int}/rollback", _rollback),
    ),
)
