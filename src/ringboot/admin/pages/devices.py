"""The list of devices, and what is done with several of them at once."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.pages import device_import
from ringboot.admin.pages.forms import Form
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

STATES = ("autoprov", "configured", "failed", "stuck")
FILTERS = ("state", "plugin", "vendor")
# What is done: its words in the question, on the button, and when it is done.
DEEDS = {
    "reconfigure": ("Make the files again", "Reconfigure", "have new files"),
    "synchronize": ("Let the devices read their files", "Synchronise", "are told to read their files"),
    "move": ("Move to another plugin", "Move to a plugin", "were moved"),
    "delete": ("Delete devices", "Delete", "were deleted"),
}
_ABOUT = ("mac", "vendor", "model", "version", "description")
Row = dict[str, Any]


async def _devices(visit: Visit) -> Response:
    look, plugins = await asyncio.gather(
        look_at(visit, "/devices", FILTERS, sort="mac"), visit.look("/plugins", [("limit", 1000)])
    )
    installed = [row["id"] for row in plugins.value["items"] if row["installed"]] if plugins.is_good else []
    return await visit.draw("devices.html", look=look, plugins=installed, states=STATES, deeds=DEEDS)


def _chosen(form: Form) -> Row:
    """Read which devices a form means, as the API takes it."""
    if not form.has("all_found"):
        return {"ids": form.all("ids")}
    filters = {key: form.text(key) for key in FILTERS if form.text(key)}
    text = form.text("text")
    return {"filters": filters, "text": text} if filters or text else {"all": True}


async def _ask(visit: Visit) -> Response:
    """Ask before anything is done: with how many, and what that means."""
    form = await visit.form()
    deed, choice = form.text("deed"), _chosen(form)
    body = {"action": deed, **choice, "dry_run": True, **({"to": "?"} if deed == "move" else {})}
    answer, plugins = await asyncio.gather(
        visit.send("POST", "/devices/bulk", body), visit.look("/plugins", [("limit", 1000)])
    )
    if not answer.is_good:
        raise Failed(answer)
    return await visit.draw(
        "devices_sure.html",
        deed=deed,
        words=DEEDS[deed],
        found=answer.value,
        form=form,
        plugins=[row["id"] for row in plugins.value["items"] if row["installed"]] if plugins.is_good else [],
        filters=[(key, form.text(key)) for key in ("text", *FILTERS) if form.text(key)],
    )


async def _do(visit: Visit) -> Response:
    form = await visit.form()
    deed = form.text("deed")
    body: Row = {"action": deed, **_chosen(form)}
    if deed == "move":
        body["to"] = form.text("to")
    if form.has("sync"):
        body["sync"] = True
    many = form.has("all_found")  # however many these are: it may take a while
    answer = await visit.send("POST", "/devices/bulk", body, query=[("wait", "false")] if many else [])
    if not answer.is_good:
        raise Failed(answer)
    if many:
        return visit.go(f"/jobs/{answer.value['id']}")
    told = answer.value
    problems = [f"{row.get('mac') or row['id']}: {row['problem']}" for row in told["failed"]]
    if form.has("one") and not problems:
        return visit.go("/devices")
    said = f"{told['done']} of {told['devices']} devices {DEEDS[deed][2]}."
    return await visit.say(said, stirs=["devices"], bad=bool(problems), more=problems)


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
        *device_import.WAYS,
        Way("GET", "/devices/new", _new),
        Way("POST", "/devices/new", _add),
    ),
    icon="phone",
    group="Phones",
)
