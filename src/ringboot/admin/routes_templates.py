"""Routes of templates; everybody let in may list and check them, only administrators read or change one."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator, caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import SWITCH, WORD, Asks, Described
from ringboot.admin.desk_plugins import DraftDesk, TemplateDesk
from ringboot.admin.lists import choice_of, query_of, refuse_unknown, written
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.bodies import TemplateCopy, TemplateDraft, TemplateMigrate, TemplateText
from ringboot.admin.shapes.networks import DraftFaults, RemovedTemplate, WrittenTemplate
from ringboot.admin.shapes.templates import Migrated, Template, TemplateFaults, WholeTemplate
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select

KEYS = ("plugin", "template", "custom", "path", "state", "origin", "version", "devices", "shared")


class _Templates(TemplateDesk, DraftDesk, Protocol):
    pass


def template_routes(desk: _Templates) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/templates")

    @routes.get("")
    async def templates(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.templates(), query), query)

    @routes.get("/check")
    async def check(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("plugin",))
        return await desk.check_templates(request.query_params.get("plugin") or None)

    @routes.post("/copy", status_code=201, dependencies=[Depends(administrator)])
    async def copy(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "plugin", "template", "to", "force")
        to = text_of(body, "to") if body.get("to") is not None else None
        plugin, name, force = text_of(body, "plugin"), text_of(body, "template"), flag_of(body, "force")
        return await desk.copy_template(plugin, name, to, force, caller(request).who)

    @routes.post("/migrate", dependencies=[Depends(administrator)])
    async def migrate(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "plugin", "templates", "dry_run", "base", "resolved")
        plugin, names = text_of(body, "plugin"), body.get("templates") or []
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise Problem(
                422, "refused", "templates must be a list of names.", {"templates": "must be a list of names"}
            )
        if (flag_of(body, "resolved") or body.get("base") is not None) and len(names) != 1:
            raise Problem(422, "refused", "Name one template.", {"templates": "must be one name"})
        if flag_of(body, "resolved"):
            return {"items": [await desk.resolve_template(plugin, names[0])]}
        base = text_of(body, "base") if body.get("base") is not None else None
        dry_run = flag_of(body, "dry_run")
        return {"items": await desk.migrate_templates(plugin, names, dry_run=dry_run, base=base)}

    # What an administrator wrote into a template may be a password.
    @routes.get("/of/{plugin}/{name:path}", dependencies=[Depends(administrator)])
    async def template(plugin: str, name: str, request: Request) -> dict[str, Any]:
        refuse_unknown(request, ("shipped",))
        return await desk.template(plugin, name, choice_of(request, "shipped", "0", "1", "") == "1")

    @routes.put("/of/{plugin}/{name:path}", dependencies=[Depends(administrator)])
    async def write(plugin: str, name: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "text")
        return await desk.put_template(plugin, name, _draft(body, "text"), caller(request).who)

    @routes.delete("/of/{plugin}/{name:path}", dependencies=[Depends(administrator)])
    async def remove(plugin: str, name: str, request: Request) -> dict[str, Any]:
        return await desk.remove_template(plugin, name, caller(request).who)

    @routes.post("/check", dependencies=[Depends(administrator)])
    async def check_draft(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "plugin", "template", "text")
        return await desk.check_draft(text_of(body, "plugin"), text_of(body, "template"), _draft(body, "text"))

    return routes


def _draft(body: dict[str, Any], key: str) -> str:
    """Give a template's text, which may be empty."""
    value = body.get(key)
    if not isinstance(value, str):
        raise Problem(422, "refused", f"{key} is missing or no text.", {key: "must be text"})
    return value


DESCRIBED = (
    Described("GET", "/templates", "List templates.", Listed[Template], keys=KEYS),
    Described(
        "GET",
        "/templates/check",
        "Find faults in templates.",
        TemplateFaults,
        refuses=(404,),
        asks=(Asks("plugin", "Only of this plugin.", WORD),),
    ),
    Described("POST", "/templates/copy", "Copy a shipped template.", WholeTemplate, TemplateCopy, 201, refuses=(404,)),
    Described(
        "POST",
        "/templates/migrate",
        "Bring what changed in shipped templates into copies.",
        Migrated,
        TemplateMigrate,
        refuses=(404,),
    ),
    Described(
        "GET",
        "/templates/of/{plugin}/{name}",
        "Show a template with its text.",
        WholeTemplate,
        refuses=(409,),
        asks=(Asks("shipped", "1: the shipped one, where a copy has its name.", SWITCH),),
    ),
    Described("PUT", "/templates/of/{plugin}/{name}", "Write a template of one's own.", WrittenTemplate, TemplateText),
    Described("DELETE", "/templates/of/{plugin}/{name}", "Take a template of one's own away.", RemovedTemplate),
    Described("POST", "/templates/check", "Find faults in a draft.", DraftFaults, TemplateDraft, refuses=(404,)),
)
