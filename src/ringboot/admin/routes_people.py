"""Routes of users and tokens: users are administrators' affair, tokens everybody's own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import ADMINISTRATOR, administrator, caller
from ringboot.admin.body import flag_of, json_body, only, text_of
from ringboot.admin.described import Described
from ringboot.admin.desk import Desk
from ringboot.admin.lists import query_of, written
from ringboot.admin.problems import Problem
from ringboot.admin.shapes.people import FreshToken, FreshUser, NewToken, NewUser, Person, Token, UserRole
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select
from ringboot.model.user import Caller

USER_KEYS = ("name", "role", "created", "last_seen", "must_change")
TOKEN_KEYS = ("id", "name", "role", "user", "created", "expires", "last_used")


def people_routes(desk: Desk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter()
    _add_users(routes, desk)
    _add_tokens(routes, desk)
    return routes


def _add_users(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/users", dependencies=[Depends(administrator)])
    async def users(request: Request) -> Any:
        query = query_of(request, USER_KEYS)
        return written(request, select(await desk.users(), query), query)

    @routes.post("/users", status_code=201, dependencies=[Depends(administrator)])
    async def add(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "name", "role", "password", "must_change")
        row = {"name": text_of(body, "name"), "role": text_of(body, "role")}
        if body.get("password") is not None:
            row["password"] = text_of(body, "password")
        if "must_change" in body:
            return await desk.add_user(row | {"must_change": flag_of(body, "must_change")}, caller(request).who)
        return await desk.add_user(row, caller(request).who)

    @routes.get("/users/{name}", dependencies=[Depends(administrator)])
    async def user(name: str) -> dict[str, Any]:
        return await desk.user(name)

    @routes.patch("/users/{name}", dependencies=[Depends(administrator)])
    async def change(name: str, request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "role")
        return await desk.set_user(name, {"role": text_of(body, "role")}, caller(request).who)

    @routes.delete("/users/{name}", status_code=204, dependencies=[Depends(administrator)])
    async def remove(name: str, request: Request) -> None:
        await desk.remove_user(name, caller(request).who)

    @routes.post("/users/{name}/reset", dependencies=[Depends(administrator)])
    async def reset(name: str, request: Request) -> dict[str, Any]:
        return await desk.reset_user(name, caller(request).who)


def _add_tokens(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/tokens")
    async def tokens(request: Request) -> Any:
        query = query_of(request, TOKEN_KEYS)
        return written(request, select(await desk.tokens(whose(caller(request))), query), query)

    @routes.post("/tokens", status_code=201)
    async def add(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "name", "role", "scope", "days")
        return await desk.add_token(body, caller(request))

    @routes.get("/tokens/{ident}")
    async def token(ident: str, request: Request) -> dict[str, Any]:
        return await desk.token(ident, whose(caller(request)))

    @routes.delete("/tokens/{ident}", status_code=204)
    async def remove(ident: str, request: Request) -> None:
        who = caller(request)
        await desk.remove_token(ident, whose(who), who.who)


def whose(who: Caller) -> str | None:
    """Give the user whose things somebody may see; None: everybody's."""
    if who.role == ADMINISTRATOR:
        return None
    if who.user is None:
        raise Problem(403, "administrators-only", "You are no user here: only an administrator sees these.")
    return who.user


DESCRIBED = (
    Described("GET", "/users", "List users.", Listed[Person], keys=USER_KEYS),
    Described("POST", "/users", "Let somebody sign in.", FreshUser, NewUser, 201),
    Described("GET", "/users/{name}", "Show a user.", Person),
    Described("PATCH", "/users/{name}", "Give a user another role.", Person, UserRole),
    Described("DELETE", "/users/{name}", "Remove a user, with sessions and tokens."),
    Described("POST", "/users/{name}/reset", "Make a password that is good for setting another.", FreshUser),
    Described("GET", "/tokens", "List tokens: one's own, or all to administrators.", Listed[Token], keys=TOKEN_KEYS),
    Described("POST", "/tokens", "Make a token, which gives no more than one may oneself.", FreshToken, NewToken, 201),
    Described("GET", "/tokens/{ident}", "Show a token.", Token),
    Described("DELETE", "/tokens/{ident}", "Remove a token."),
)
