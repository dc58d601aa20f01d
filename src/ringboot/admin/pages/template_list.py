"""The list of templates, and a check of all of them."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit

PATH = "/templates"
FILTERS = ("plugin", "state")
# State, tone of its badge, words.
STATES = (
    ("shipped", "", "shipped"),
    ("replaced", "", "replaced by a custom one"),
    ("current", "good", "custom"),
    ("changed", "warn", "custom, original changed"),
    ("conflict", "bad", "custom, merge with conflicts"),
    ("gone", "warn", "custom, original gone"),
    ("unrecorded", "info", "custom, origin unknown"),
    ("own", "good", "of one's own"),
)


async def _templates(visit: Visit) -> Response:
    look, plugins = await asyncio.gather(
        look_at(visit, PATH, FILTERS, sort="plugin"), visit.look("/plugins", [("limit", 1000)])
    )
    installed = [row["id"] for row in plugins.value["items"] if row["installed"]] if plugins.is_good else []
    return await visit.draw("template_list.html", look=look, plugins=installed, states=STATES)


async def _check(visit: Visit) -> Response:
    answer = await visit.try_get(f"{PATH}/check")
    faults = answer.value["items"] if answer.is_good else []
    return await visit.draw("template_faults.html", faults=faults, error=answer.detail, many=True)


TEMPLATES = Section(
    "Templates",
    (Way("GET", PATH, _templates), Way("GET", "/templates-check", _check)),
    icon="template",
    group="Provisioning",
)
