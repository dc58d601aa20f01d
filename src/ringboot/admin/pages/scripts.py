"""How scripts do; and the pages of their own: documents in a frame that may do nothing, other content as it is."""

from __future__ import annotations

import base64
import re

from starlette.responses import Response

from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import HEADERS, Visit

ALL = "/scripts"
PATH = f"{ALL}/web"
# A script's content may not act in the name of who looks at it: no code, no forms, an origin of its own.
ALONE = {**HEADERS, "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?")


async def _all(visit: Visit) -> Response:
    return await visit.draw("scripts.html", told=await visit.get("/scripts"))


async def _page(visit: Visit) -> Response:
    path = "/" + visit.request.path_params.get("path", "")
    made = await visit.get("/scripts/page", [("path", path), ("query", visit.request.url.query)])
    data = base64.b64decode(made["data"])
    if made["framed"]:
        links = [{"name": "Dashboard", "path": "/"}, *made["links"]]
        text = data.decode("utf-8", "replace")
        return await visit.draw("scripts_page.html", text=text, title=made["title"], links=links, root=PATH, here=path)
    kind = made["type"] if _TYPE.fullmatch(made["type"]) else "application/octet-stream"
    return Response(data, made["status"], ALONE, kind)


SCRIPTS = Section(
    "Scripts",
    (Way("GET", ALL, _all), Way("GET", PATH, _page), Way("GET", PATH + "/{path:path}", _page)),
    icon="scripts",
    group="System",
)
