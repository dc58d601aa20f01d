"""Machines that boot from the network: how far each is, and which may be installed."""

from __future__ import annotations

from starlette.responses import Response

from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/boot"
STATES = ("new", "waiting", "installing", "done")


async def _machines(visit: Visit) -> Response:
    look = await look_at(visit, "/machines", ("state",), sort="-since")
    return await visit.draw("boot.html", look=look, states=STATES)


async def _allow(visit: Visit) -> Response:
    form = await visit.form()
    step = "again" if form.has("again") else "approve"
    answer = await visit.send("POST", f"/machines/{form.text('device')}/{step}")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(f"{answer.value['mac']} may be installed.", stirs=["machines"])


BOOT = Section("Boot", (Way("GET", PATH, _machines), Way("POST", PATH, _allow)), icon="boot", group="Phones")
