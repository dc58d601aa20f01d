"""Users with their roles, tokens for programs, and the sessions that are open; everybody sees the own ones."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from ringboot.admin.access import ADMINISTRATOR, ROLES
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/users"
DAYS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"))
SCOPES = (
    ("", "everything that the role may"),
    ("/devices", "devices"),
    ("/configs", "configs"),
    ("/provision", "giving codes to phones"),
    ("/reservations", "reservations"),
    ("/leases", "leases"),
    ("/plugins", "plugins"),
    ("/metrics", "numbers"),
)
Row = dict[str, Any]


async def _people(visit: Visit) -> Response:
    everybody = visit.may(ADMINISTRATOR)
    users, tokens, sessions = await asyncio.gather(
        visit.try_get("/users", [("limit", 1000), ("sort", "name")]),
        visit.try_get("/tokens", [("limit", 1000), ("sort", "name")]),
        visit.try_get("/sessions", [("limit", 1000), ("sort", "-last_seen")]),
    )
    return await visit.draw(
        "people.html",
        users=users.value["items"] if users.is_good else None,
        tokens=tokens.value["items"] if tokens.is_good else None,
        sessions=sessions.value["items"] if sessions.is_good else None,
        everybody=everybody,
        roles=ROLES,
        words=dict(SCOPES),
    )


async def _new_user(visit: Visit) -> Response:
    return await visit.draw("user_new.html", roles=ROLES, form={}, problem=None)


async def _add_user(visit: Visit) -> Response:
    form = await visit.form()
    answer = await visit.send("POST", "/users", {"name": form.text("name"), "role": form.text("role")})
    if not answer.is_good:
        values = dict(form.pairs)
        return await visit.draw("user_new.html", answer.status, roles=ROLES, form=values, problem=answer)
    return await _shown_once(visit, "Password of " + answer.value["name"], answer.value["password"], _ONCE, "users")


async def _set_role(visit: Visit) -> Response:
    form = await visit.form()
    name = visit.part("name")
    answer = await visit.send("PATCH", f"/users/{name}", {"role": form.text("role")}, etag=form.text("etag"))
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(f"{name} is {answer.value['role']} now.", stirs=["users"])


async def _reset(visit: Visit) -> Response:
    answer = await visit.send("POST", f"/users/{visit.part('name')}/reset", {})
    if not answer.is_good:
        raise Failed(answer)
    return await _shown_once(visit, "Password of " + answer.value["name"], answer.value["password"], _ONCE, "users")


async def _remove_user(visit: Visit) -> Response:
    answer = await visit.send("DELETE", f"/users/{visit.part('name')}")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(f"{visit.part('name')} is removed, with sessions and tokens.", stirs=["users"])


async def _new_token(visit: Visit) -> Response:
    return await visit.draw("token_new.html", **_choices(visit), form={}, problem=None)


async def _add_token(visit: Visit) -> Response:
    form = await visit.form()
    row: Row = {"name": form.text("name"), "role": form.text("role")}
    if form.text("scope"):
        row["scope"] = [form.text("scope")]
    if form.text("days").isdecimal():
        row["days"] = int(form.text("days"))
    answer = await visit.send("POST", "/tokens", row)
    if not answer.is_good:
        values = dict(form.pairs)
        return await visit.draw("token_new.html", answer.status, **_choices(visit), form=values, problem=answer)
    words = "Programs send it as: Authorization: Bearer TOKEN. It is kept nowhere in plain, and not shown again."
    return await _shown_once(visit, "Token " + answer.value["name"], answer.value["secret"], words, "users")


def _choices(visit: Visit) -> Row:
    return {"roles": [role for role in ROLES if visit.may(role)], "days": DAYS, "scopes": SCOPES}


async def _remove_token(visit: Visit) -> Response:
    answer = await visit.send("DELETE", f"/tokens/{visit.part('id')}")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say("The token is good for nothing any more.", stirs=["users"])


async def _end_session(visit: Visit) -> Response:
    answer = await visit.send("DELETE", f"/sessions/{visit.part('id')}")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say("The session is ended.", stirs=["users"])


_ONCE = "It is good for signing in once, and has to be changed then. It is not shown again."


async def _shown_once(visit: Visit, title: str, secret: str, words: str, stirs: str) -> Response:
    """Show in the dialog what is told once."""
    headers = {
        "hx-retarget": "#dialog",
        "hx-reswap": "innerHTML",
        "hx-reselect": "unset",
        "hx-trigger": f"live-{stirs}",
    }
    return await visit.draw("shown_once.html", 200, headers, title=title, secret=secret, words=words)


PEOPLE = Section(
    "Users",
    (
        Way("GET", PATH, _people),
        Way("GET", "/users-new", _new_user),
        Way("POST", PATH, _add_user),
        Way("POST", f"{PATH}/{{name}}/role", _set_role),
        Way("POST", f"{PATH}/{{name}}/reset", _reset),
        Way("POST", f"{PATH}/{{name}}/remove", _remove_user),
        Way("GET", "/tokens-new", _new_token),
        Way("POST", "/tokens", _add_token),
        Way("POST", "/tokens/{id}/remove", _remove_token),
        Way("POST", "/sessions/{id}/end", _end_session),
    ),
    icon="users",
    group="System",
)
