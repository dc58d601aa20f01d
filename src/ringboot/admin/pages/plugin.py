"""One plugin: what it is made of, installing and upgrading it, what goes with it, and its firmware packages."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/plugins/{id}"
Row = dict[str, Any]


async def _plugin(visit: Visit) -> Response:
    ident = visit.part("id")
    found, templates = await asyncio.gather(
        visit.try_get(f"/plugins/{ident}"),
        visit.try_get("/templates", [("filter", f"plugin={ident}"), ("limit", 1000)]),
    )
    if not found.is_good:
        raise Failed(found)
    rows = templates.value["items"] if templates.is_good else []
    return await visit.draw("plugin.html", plugin=found.value, templates=rows)


async def _firmware(visit: Visit) -> Response:
    """Draw the packages, and what is being done with them now."""
    ident = visit.part("id")
    rows, doing = await asyncio.gather(
        visit.get("/firmware", [("filter", f"plugin={ident}"), ("limit", 1000)]), visit.get(f"/firmware/{ident}")
    )
    return await visit.draw("plugin_firmware.html", ident=ident, firmware=rows["items"], doing=doing["doing"])


async def _package(visit: Visit) -> Response:
    found = await visit.get(f"/firmware/{visit.part('id')}/packages/{visit.part('package')}")
    return await visit.draw("plugin_package.html", package=found)


async def _ask_install(visit: Visit) -> Response:
    return await visit.draw("plugin_install.html", form={}, problem=None)


async def _install(visit: Visit) -> Response:
    """Install a plugin of the catalog or the repository, or what lies in a folder, perhaps under another id."""
    form = await visit.form()
    body: Row = {"source": form.text("source")}
    if form.text("id"):
        body["id"] = form.text("id")
    answer = await visit.send("POST", "/plugins", body)
    if answer.is_good:
        return visit.go(f"/plugins/{answer.value['id']}")
    if not form.has("id"):  # one button of the list
        raise Failed(answer)
    return await visit.draw("plugin_install.html", answer.status, form=dict(form.pairs), problem=answer)


async def _upgrade(visit: Visit) -> Response:
    answer = await visit.send("POST", f"/plugins/{visit.part('id')}/upgrade", {})
    if not answer.is_good:
        raise Failed(answer)
    row = answer.value
    more = [f"{each['mac'] or each['id']}: {each['problem']}" for each in row["failed"]]
    more += [f"Changed by hand; a copy is kept: {path}" for path in row["kept"]]
    text = f"Version {row['version']} is in use; it was {row['before']}. Files of {row['configured']} devices are made."
    return await visit.say(text, stirs=["plugin", "plugins"], bad=bool(row["failed"]), more=more)


async def _reload(visit: Visit) -> Response:
    answer = await visit.send("POST", f"/plugins/{visit.part('id')}/reload", {})
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say("Its folder was read again.", stirs=["plugin"])


async def _ask_uninstall(visit: Visit) -> Response:
    """Say first what goes with it."""
    answer = await visit.try_get(f"/plugins/{visit.part('id')}")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.draw("plugin_uninstall.html", plugin=answer.value)


async def _uninstall(visit: Visit) -> Response:
    answer = await visit.send("DELETE", f"/plugins/{visit.part('id')}")
    if not answer.is_good:
        raise Failed(answer)
    return visit.go("/plugins")


async def _install_firmware(visit: Visit) -> Response:
    return await _work(visit, "install", [visit.part("package")])


async def _upgrade_firmware(visit: Visit) -> Response:
    return await _work(visit, "upgrade", [visit.part("package")])


async def _work(visit: Visit, what: str, packages: list[str]) -> Response:
    answer = await visit.send("POST", f"/firmware/{visit.part('id')}/{what}", {"packages": packages})
    if not answer.is_good:
        raise Failed(answer)
    names = ", ".join(answer.value["installed"])
    text = f"{names} installed: {len(answer.value['files'])} files." if names else "All of it is there already."
    return await visit.say(text, stirs=["firmware"])


async def _uninstall_firmware(visit: Visit) -> Response:
    answer = await visit.send("DELETE", f"/firmware/{visit.part('id')}/packages/{visit.part('package')}")
    if not answer.is_good:
        raise Failed(answer)
    row = answer.value
    more = [f"Stays, because another package has it or it was changed: {path}" for path in row["kept"]]
    more += [f"Nothing needs this package any more: {name}" for name in row["not_needed"]]
    return await visit.say(f"Uninstalled; {len(row['removed'])} files are gone.", stirs=["firmware"], more=more)


PLUGIN = Section(
    "",
    (
        Way("GET", PATH, _plugin),
        Way("GET", f"{PATH}/firmware", _firmware),
        Way("GET", f"{PATH}/firmware/{{package}}", _package),
        Way("GET", "/plugins-install", _ask_install),
        Way("POST", "/plugins", _install),
        Way("POST", f"{PATH}/upgrade", _upgrade),
        Way("POST", f"{PATH}/reload", _reload),
        Way("GET", f"{PATH}/uninstall", _ask_uninstall),
        Way("POST", f"{PATH}/uninstall", _uninstall),
        Way("POST", f"{PATH}/firmware/{{package}}/install", _install_firmware),
        Way("POST", f"{PATH}/firmware/{{package}}/upgrade", _upgrade_firmware),
        Way("POST", f"{PATH}/firmware/{{package}}/uninstall", _uninstall_firmware),
    ),
)
