"""The list of configs, and adding one."""

from __future__ import annotations

from starlette.responses import Response

from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit

FILTERS = ("role", "transient")


async def _configs(visit: Visit) -> Response:
    return await visit.draw("configs.html", look=await look_at(visit, "/configs", FILTERS))


async def _new(visit: Visit) -> Response:
    return await visit.draw("config_new.html", form={}, errors={}, error="")


async def _add(visit: Visit) -> Response:
    form = await visit.form()
    row = {"id": form.text("id"), "parent_ids": form.text("parent_ids").replace(",", " ").split(), "raw_config": {}}
    if form.text("label"):
        row["label"] = form.text("label")
    answer = await visit.send("POST", "/configs", row)
    if answer.is_good:
        return visit.go(f"/configs/{answer.value['id']}")
    error = "" if answer.fields else answer.detail
    values = dict(form.pairs)
    return await visit.draw("config_new.html", answer.status, form=values, errors=answer.fields, error=error)


CONFIGS = Section(
    "Configs",
    (Way("GET", "/configs", _configs), Way("GET", "/configs-new", _new), Way("POST", "/configs", _add)),
    icon="layers",
    group="Provisioning",
)
