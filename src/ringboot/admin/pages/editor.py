"""The editor of a template: faults at their lines, a preview on a real device, what is shipped beside it."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.drawing import segment
from ringboot.admin.pages.forms import Form
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.template_list import STATES
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/templates/{plugin}/{name:path}"
_DO = "/template-{what}/{{plugin}}/{{name:path}}"  # a template's name may end in anything, also in /check
_TRYABLE = 100  # devices that a preview is offered on
Row = dict[str, Any]


def _api(visit: Visit) -> str:
    return f"/templates/of/{visit.part('plugin')}/{visit.part('name')}"


async def _template(visit: Visit) -> Response:
    return await _drawn(visit)


async def _drawn(
    visit: Visit,
    form: Form | None = None,
    answer: Answer | None = None,
    said: str = "",
    faults: list[Row] | None = None,
) -> Response:
    shipped = visit.word("shipped") == "1"
    found = await visit.try_get(_api(visit), [("shipped", "1")] if shipped else [])
    if not found.is_good:
        raise Failed(found)
    row = found.value
    wrong = answer is not None and not answer.is_good
    return await visit.draw(
        "template.html",
        row=row,
        tryable=row["used_by"] or await _of_plugin(visit),
        etag=found.etag,
        was=_digest(row["text"]),
        told=next((each for each in STATES if each[0] == row["state"]), (row["state"], "", row["state"])),
        text=form.raw("text") if form is not None else row["text"],
        problem=answer if wrong else None,
        faults=faults or [],
        said=said,
        device=form.text("device") if form is not None else "",
    )


async def _of_plugin(visit: Visit) -> list[Row]:
    """Give devices of the plugin: no file is made yet of a copy that is new, or of what others include."""
    query: list[tuple[str, str | int]] = [
        ("filter", f"plugin={visit.part('plugin')}"),
        ("limit", _TRYABLE),
        ("sort", "mac"),
    ]
    answer = await visit.try_get("/devices", query)
    return list(answer.value["items"]) if answer.is_good else []


async def _save(visit: Visit) -> Response:
    form = await visit.form()
    body = {"text": _lines(form.raw("text"))}
    answer = await visit.send("PUT", _api(visit), body, etag=form.text("etag"))
    if answer.status == 412:  # perhaps only the devices that use it are others now
        now = await visit.try_get(_api(visit))
        if now.is_good and _digest(now.value["text"]) == form.text("was"):
            answer = await visit.send("PUT", _api(visit), body, etag=now.etag)
    if not answer.is_good:
        return await _drawn(visit, form, answer)
    said = "Saved. Its devices get it when their files are made again."
    return await _drawn(visit, said=said, faults=answer.value["faults"])


async def _check(visit: Visit) -> Response:
    """Say what is wrong with the draft, each fault with its line."""
    form = await visit.form()
    body = {"plugin": visit.part("plugin"), "template": visit.part("name"), "text": _lines(form.raw("text"))}
    answer = await visit.send("POST", "/templates/check", body)
    items = answer.value.get("items", []) if answer.is_good else []
    return await visit.draw("template_faults.html", faults=items, error=answer.detail, many=False)


async def _preview(visit: Visit) -> Response:
    """Show the files that a device would get with the draft."""
    form = await visit.form()
    device = form.text("device")
    if not device:
        return await visit.draw("template_preview.html", found=None, error="Choose a device first.", device="")
    body = {"templates": {visit.part("name"): _lines(form.raw("text"))}}
    answer = await visit.send("POST", f"/devices/{device}/preview", body)
    found = answer.value if answer.is_good else None
    return await visit.draw("template_preview.html", found=found, error=answer.detail, device=device)


async def _remove(visit: Visit) -> Response:
    answer = await visit.send("DELETE", _api(visit))
    if not answer.is_good:
        raise Failed(answer)
    return visit.go("/templates")


async def _copy(visit: Visit) -> Response:
    """Make a custom template of a shipped one, and go there."""
    form, plugin, name = await visit.form(), visit.part("plugin"), visit.part("name")
    to = form.text("to") or name
    answer = await visit.send("POST", "/templates/copy", {"plugin": plugin, "template": name, "to": to})
    if not answer.is_good:
        raise Failed(answer)
    return visit.go(f"/templates/{plugin}/{to}")


async def _migrate(visit: Visit) -> Response:
    """Bring in what changed in the original since the copy; or say what would come of it."""
    form, plugin, name = await visit.form(), visit.part("plugin"), visit.part("name")
    trial = form.has("trial")
    body = {"plugin": plugin, "templates": [name], "dry_run": trial}
    answer = await visit.send("POST", "/templates/migrate", body)
    if not answer.is_good:
        raise Failed(answer)
    result = next(iter(answer.value["items"]), None)
    if trial or result is None or result["result"] != "merged":
        now = await visit.get(_api(visit))
        base = f"{segment(plugin)}/{quote(name)}"
        return await visit.draw("template_merge.html", result=result, now=now["text"], base=base)
    return visit.go(f"/templates/{plugin}/{name}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(text: str) -> str:
    """Give the text with line ends as files have them: a form sends others, and drops the last one."""
    plain = text.replace("\r\n", "\n")
    return plain if plain.endswith("\n") or not plain else f"{plain}\n"


EDITOR = Section(
    "",
    (
        Way("GET", PATH, _template),
        Way("PUT", PATH, _save),
        Way("POST", _DO.format(what="check"), _check),
        Way("POST", _DO.format(what="preview"), _preview),
        Way("POST", _DO.format(what="remove"), _remove),
        Way("POST", _DO.format(what="copy"), _copy),
        Way("POST", _DO.format(what="migrate"), _migrate),
    ),
)
