"""The list of plugins: installed, in the catalog, in the repository."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/plugins"
FILTERS = ("installed", "end_of_life")


async def _plugins(visit: Visit) -> Response:
    look, repository = await asyncio.gather(look_at(visit, PATH, FILTERS, limit=200), visit.try_get("/repository"))
    rows = sorted(look.items, key=lambda row: not row["installed"]) if not look.sort else look.items
    return await visit.draw(
        "plugin_list.html",
        look=look._replace(items=rows),
        repository=repository.value if repository.is_good else None,
    )


async def _update(visit: Visit) -> Response:
    """Read anew what the repository has."""
    answer = await visit.send("POST", "/repository/update")
    if not answer.is_good:
        raise Failed(answer)
    row = answer.value
    newer = f" There are newer versions of {', '.join(row['upgradable'])}." if row["upgradable"] else ""
    return await visit.say(f"The repository has {row['plugins']} plugins.{newer}", stirs=["plugins"])


PLUGINS = Section(
    "Plugins",
    (Way("GET", PATH, _plugins), Way("POST", "/plugins-update", _update)),
    icon="plugin",
    group="Provisioning",
)
