"""Reservations: addresses kept for one client each; added one by one, or from a CSV file after a look at it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.pages.leases import KINDS
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/reservations"
FILTERS = ("network", "kind")
_KEYS = ("network", "kind", "value", "address", "hostname")
Row = dict[str, Any]


async def _reservations(visit: Visit) -> Response:
    look, names = await asyncio.gather(look_at(visit, PATH, FILTERS, sort="address"), _networks(visit))
    return await visit.draw("reservations.html", look=look, networks=names, kinds=KINDS)


async def _networks(visit: Visit) -> list[str]:
    found = await visit.look("/networks", [("limit", 1000)])
    return [row["name"] for row in found.value["items"]] if found.is_good else []


async def _new(visit: Visit) -> Response:
    form = {"network": visit.word("network"), "address": visit.word("address")}
    return await visit.draw(
        "reservation_new.html", networks=await _networks(visit), kinds=KINDS, form=form, problem=None
    )  # fmt: skip


async def _add(visit: Visit) -> Response:
    form = await visit.form()
    row: Row = {key: form.text(key) for key in _KEYS if form.text(key)}
    options = {}
    for line in form.text("options").splitlines():
        name, _, text = line.partition("=")
        if line.strip():
            options[name.strip()] = text.strip()
    if options:
        row["options"] = options
    answer = await visit.send("POST", PATH, row)
    if answer.is_good:
        made = answer.value
        return await visit.say(f"{made['address']} is kept for {made['value']}.", stirs=["reservations"])
    return await visit.draw(
        "reservation_new.html", answer.status, networks=await _networks(visit), kinds=KINDS,
        form=dict(form.pairs), problem=answer,
    )  # fmt: skip


async def _remove(visit: Visit) -> Response:
    form = await visit.form()
    names = ("network", "kind", "value")
    answer = await visit.send("DELETE", PATH, query=[(name, form.text(name)) for name in names])
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(f"The reservation of {form.text('value')} is removed.", stirs=["reservations"])


async def _ask_import(visit: Visit) -> Response:
    return await visit.draw("reservations_import.html", text="", found=None, problem=None)


async def _import(visit: Visit) -> Response:
    """Say first what would come of a CSV file, line by line; add its rows when somebody has seen that."""
    form = await visit.form()
    trial = not form.has("sure")
    answer = await visit.send("POST", f"{PATH}/import", {"csv": form.raw("csv"), "dry_run": trial})
    found = answer.value if answer.is_good else None
    if found is not None and not trial and not found["errors"]:
        return await visit.say(f"{found['added']} reservations were added.", stirs=["reservations"])
    problem = None if answer.is_good else answer
    return await visit.draw(
        "reservations_import.html", answer.status, text=form.raw("csv"), found=found, problem=problem
    )  # fmt: skip


RESERVATIONS = Section(
    "Reservations",
    (
        Way("GET", PATH, _reservations),
        Way("GET", f"{PATH}/new", _new),
        Way("GET", f"{PATH}/import", _ask_import),
        Way("POST", f"{PATH}/import", _import),
        Way("POST", PATH, _add),
        Way("POST", f"{PATH}/remove", _remove),
    ),
    icon="pin",
    group="Addresses",
)
