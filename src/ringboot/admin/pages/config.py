"""One config: a form of the keys that are known, all of it as JSON, which layer set what, and whom it reaches."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.body import parse
from ringboot.admin.pages.config_form import leaves, patch, sections, written
from ringboot.admin.pages.drawing import pretty
from ringboot.admin.pages.forms import Form
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit
from ringboot.admin.problems import Problem
from ringboot.compat.provd.dotted import changes as merge_patch

PATH = "/configs/{id}"
SHOWN_DEVICES = 50
_ABOUT = ("label", "role", "code")
Row = dict[str, Any]


async def _config(visit: Visit) -> Response:
    return await _drawn(visit)


async def _drawn(
    visit: Visit, form: Form | None = None, answer: Answer | None = None, said: str = "", faults: Row | None = None
) -> Response:
    """Draw the page; `form` and `answer`: what was written, and why it was not taken."""
    ident = visit.part("id")
    own, flat, users = await asyncio.gather(
        visit.try_get(f"/configs/{ident}"),
        visit.try_get(f"/configs/{ident}/raw"),
        visit.try_get(f"/configs/{ident}/devices", [("limit", SHOWN_DEVICES)]),
    )
    if not own.is_good:
        raise Failed(own)
    config, fields = own.value, dict(form.pairs) if form is not None else {}
    whole = flat.value if flat.is_good else {"raw_config": config["raw_config"], "layers": {}, "order": [ident]}
    parts = sections(config["raw_config"], whole["raw_config"], whole["layers"])
    raw = pretty(config["raw_config"])
    about = {"parent_ids": ", ".join(config["parent_ids"]), **{key: config[key] or "" for key in _ABOUT}}
    return await visit.draw(
        "config.html",
        config=config,
        etag=own.etag,
        parts_of_form=written(parts, fields),
        about={key: fields.get(key, value) for key, value in about.items()},
        theirs=about,
        raw=fields.get("json", raw),
        their_raw=raw,
        flat=whole,
        flat_rows=leaves(whole["raw_config"]),
        users=users.value if users.is_good else {"total": 0, "items": []},
        conflict=answer is not None and answer.status == 412,
        errors={**(answer.fields if answer is not None else {}), **(faults or {})},
        error=answer.detail if answer is not None and not answer.is_good else "",
        said=said,
        open_json="json" in fields,
    )


async def _change(visit: Visit) -> Response:
    """Save the form, or the JSON; what came of it stands in the page that is drawn again."""
    ident, form = visit.part("id"), await visit.form()
    own = await visit.get(f"/configs/{ident}")
    try:
        wanted = _wanted(form, own)
    except Problem as problem:
        return await _drawn(visit, form, faults={"json": problem.detail})
    if not wanted:
        return await _drawn(visit, said="Nothing was changed.")
    answer = await visit.send("PATCH", f"/configs/{ident}", wanted, etag=form.text("etag"), query=[("wait", "false")])
    if not answer.is_good:
        return await _drawn(visit, form, answer)
    return await _drawn(visit, said="Saved. The files of the devices that it reaches are made again.")


async def _preview(visit: Visit) -> Response:
    """Say whom the form would reach, and how the files of one device would differ."""
    ident, form = visit.part("id"), await visit.form()
    own = await visit.get(f"/configs/{ident}")
    try:
        wanted = _wanted(form, own)
    except Problem as problem:
        return await visit.draw("config_preview.html", found=None, error=problem.detail, device="")
    device = form.text("preview_device")
    body: Row = {"changes": wanted, **({"device": device} if device else {})}
    answer = await visit.send("POST", f"/configs/{ident}/preview", body)
    found = answer.value if answer.is_good else None
    return await visit.draw("config_preview.html", found=found, error=answer.detail, device=device)


def _wanted(form: Form, own: Row) -> Row:
    """Give the changes that make the config into what the form, or the JSON, says."""
    if form.has("json"):
        after = parse(form.raw("json").encode())
        if not isinstance(after, dict):
            raise Problem(400, "bad-body", "It must be one JSON object, in { }.")
        raw = merge_patch(own["raw_config"], after)
        return {"raw_config": raw} if raw else {}
    changes: Row = {}
    raw = patch(dict(form.pairs), own["raw_config"])
    if raw:
        changes["raw_config"] = raw
    if form.has("parent_ids"):
        parents = [each for each in form.text("parent_ids").replace(",", " ").split() if each]
        if parents != list(own["parent_ids"]):
            changes["parent_ids"] = parents
    for key in _ABOUT:
        if form.has(key) and form.text(key) != (own[key] or ""):
            changes[key] = form.text(key) or None
    return changes


async def _remove(visit: Visit) -> Response:
    form = await visit.form()
    answer = await visit.send("DELETE", f"/configs/{visit.part('id')}", etag=form.text("etag"))
    if not answer.is_good:
        raise Failed(answer)
    return visit.go("/configs")


CONFIG = Section(
    "",
    (
        Way("GET", PATH, _config),
        Way("PATCH", PATH, _change),
        Way("POST", f"{PATH}/preview", _preview),
        Way("POST", f"{PATH}/remove", _remove),
    ),
)
