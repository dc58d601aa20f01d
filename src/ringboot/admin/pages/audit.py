"""Who asked for which change, with what it was before and after."""

from __future__ import annotations

from starlette.responses import Response

from ringboot.admin.access import ADMINISTRATOR
from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit

PATH = "/audit"
FILTERS = ("who", "method", "status", "via")
METHODS = ("POST", "PUT", "PATCH", "DELETE")


async def _audit(visit: Visit) -> Response:
    return await visit.draw("audit.html", look=await look_at(visit, PATH, FILTERS), methods=METHODS)


AUDIT = Section("Audit", (Way("GET", PATH, _audit),), icon="audit", group="System", least=ADMINISTRATOR)
