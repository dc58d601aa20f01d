"""Devices from a CSV file: what its lines would do is looked at first, then they are taken as a job."""

from __future__ import annotations

from starlette.responses import Response

from ringboot.admin.pages.section import Way
from ringboot.admin.pages.visit import Visit

PATH = "/devices/import"
_TEMPLATE = "devices_import.html"


async def _ask(visit: Visit) -> Response:
    return await visit.draw(_TEMPLATE, text="", found=None, problem=None)


async def _import(visit: Visit) -> Response:
    """Say what would come of a CSV file, line by line; begin a job when somebody has seen that."""
    form = await visit.form()
    text = form.raw("csv")
    if form.has("sure"):
        answer = await visit.send("POST", PATH, {"csv": text}, query=[("wait", "false")])
        if answer.is_good and "id" in answer.value:
            return visit.go(f"/jobs/{answer.value['id']}")
    else:
        answer = await visit.send("POST", PATH, {"csv": text, "dry_run": True})
    found, problem = (answer.value, None) if answer.is_good else (None, answer)
    return await visit.draw(_TEMPLATE, answer.status, text=text, found=found, problem=problem)


WAYS = (Way("GET", PATH, _ask), Way("POST", PATH, _import))
