"""A user's line for a phone that waits, or for whoever dials a code."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from starlette.responses import Response

from ringboot.admin.access import OPERATOR
from ringboot.admin.asking import Answer
from ringboot.admin.pages.assign_form import KEY_FIELDS, LINE_FIELDS, room_of, rows_of, slots
from ringboot.admin.pages.drawing import segment
from ringboot.admin.pages.forms import Form
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit

_CODE = 1_000_000
Row = dict[str, Any]


async def _waiting(visit: Visit) -> Response:
    look = await look_at(visit, "/devices", ("state",), sort="mac", default=(("state", "autoprov"),))
    return await visit.draw("assign.html", look=look)


async def _device(visit: Visit) -> Response:
    return await _drawn(visit)


async def _drawn(visit: Visit, form: Form | None = None, problem: Answer | None = None) -> Response:
    """Draw the form for a device; `form` and `problem`: what was written, and why it was not taken."""
    device = await visit.get(f"/devices/{visit.part('id')}")
    model, own, flat, shared, parents = await asyncio.gather(
        _model(visit, device), _own(visit, device), _flat(visit, device), _sharing(visit, device), _parents(visit)
    )
    room = room_of(model)
    lines, keys = slots(own.get("raw_config") or {}, flat, room, problem.fields if problem else {}, form)
    return await visit.draw(
        "assign_device.html",
        200 if problem is None else problem.status,
        device=device, model=model, room=room, own=own, shared=shared, parents=parents, lines=lines, keys=keys,
        problem=problem, label=form.text("label") if form else own.get("label") or "", code=None,
        parent=form.text("parent") if form else "", sync=form is None or form.has("sync"),
    )  # fmt: skip


async def _model(visit: Visit, device: Row) -> Row | None:
    if not device.get("plugin"):
        return None
    answer = await visit.try_get(f"/models/{device['plugin']}/{device.get('model') or '*'}")
    return answer.value if answer.is_good else None


async def _own(visit: Visit, device: Row) -> Row:
    """Give the config that the device has for itself; nothing while it has only what new devices get."""
    if not device.get("config"):
        return {}
    answer = await visit.try_get(f"/configs/{device['config']}")
    is_own = answer.is_good and not answer.value.get("transient") and not answer.value.get("role")
    return answer.value if is_own and answer.value.get("deletable", True) else {}


async def _flat(visit: Visit, device: Row) -> Row:
    if not device.get("config"):
        return {}
    answer = await visit.try_get(f"/configs/{device['config']}/raw")
    return answer.value["raw_config"] if answer.is_good else {}


async def _sharing(visit: Visit, device: Row) -> int:
    """Count the other devices with the same config: they would get the line, too."""
    if not device.get("config"):
        return 0
    answer = await visit.try_get("/devices", [("filter", f"config={device['config']}"), ("limit", 1)])
    return answer.value["total"] - 1 if answer.is_good else 0


async def _parents(visit: Visit) -> list[str]:
    answer = await visit.look("/configs", [("limit", 1000), ("sort", "id"), ("filter", "transient=false")])
    return [row["id"] for row in answer.value["items"]] if answer.is_good else []


async def _assign(visit: Visit) -> Response:
    form, ident = await visit.form(), visit.part("id")
    device = await visit.get(f"/devices/{ident}")
    own = await _own(visit, device)
    body: Row = _rows(form, own.get("raw_config") or {})
    if own:
        body["config"] = own["id"]
    answer = await visit.send("POST", f"/devices/{ident}/assign", body | {"sync": form.has("sync")})
    if not answer.is_good:
        return await _drawn(visit, form, answer)
    return visit.go(f"/devices/{segment(ident)}")


def _rows(form: Form, before: Row) -> Row:
    body: Row = {
        "lines": rows_of(form, "lines", LINE_FIELDS, before.get("sip_lines") or {}),
        "keys": rows_of(form, "keys", KEY_FIELDS, before.get("funckeys") or {}),
    }
    if form.text("label"):
        body["label"] = form.text("label")
    if form.text("parent"):
        body["parents"] = [form.text("parent")]
    return body


async def _code(visit: Visit) -> Response:
    return await _code_drawn(visit)


async def _code_drawn(visit: Visit, form: Form | None = None, problem: Answer | None = None) -> Response:
    room = room_of({"lines": 2, "keys": 8, "known": True})
    lines, keys = slots({}, {}, room, problem.fields if problem else {}, form)
    return await visit.draw(
        "assign_device.html",
        200 if problem is None else problem.status,
        device=None, model=None, room=room, own={}, shared=0, parents=await _parents(visit), lines=lines, keys=keys,
        problem=problem, label=form.text("label") if form else "", parent=form.text("parent") if form else "",
        code=form.text("code") if form else f"{secrets.randbelow(_CODE):06}", sync=False,
    )  # fmt: skip


async def _assign_code(visit: Visit) -> Response:
    form = await visit.form()
    answer = await visit.send("POST", "/assign", _rows(form, {}) | {"code": form.text("code")})
    if not answer.is_good:
        return await _code_drawn(visit, form, answer)
    return await visit.draw("assign_done.html", config=answer.value["config"], code=form.text("code"))


ASSIGN = Section(
    "Assign",
    (
        Way("GET", "/assign", _waiting),
        Way("GET", "/assign/code", _code),
        Way("POST", "/assign/code", _assign_code),
        Way("GET", "/assign/{id}", _device),
        Way("POST", "/assign/{id}", _assign),
    ),
    icon="assign",
    group="Phones",
    least=OPERATOR,
)
