"""Routes of sessions: sign in, who am I, another password, sign out; and the sessions that are open."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ringboot.admin.access import caller
from ringboot.admin.body import json_body, only, text_of
from ringboot.admin.cookie import clear_cookie, set_cookie
from ringboot.admin.described import Described
from ringboot.admin.desk import Desk
from ringboot.admin.lists import query_of, written
from ringboot.admin.problems import Problem
from ringboot.admin.routes_people import whose
from ringboot.admin.shapes.people import OwnPassword, Session, SignIn, WhoAsks
from ringboot.admin.shapes.things import Listed
from ringboot.desk.listing import select
from ringboot.model.user import Caller

KEYS = ("id", "user", "created", "last_seen", "ends", "address", "agent")
PATIENCE = 10.0  # seconds in which a stranger's body must be there


def session_routes(desk: Desk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter()

    @routes.post("/session", status_code=201)
    async def sign_in(request: Request) -> Response:
        before = request.scope.get("state", {}).get("caller")
        if isinstance(before, Caller) and before.via == "unix":
            raise Problem(409, "refused", "Over this socket you are known already. Sign in over the network.")
        body = await _soon(request)
        only(body, "user", "password")
        address = request.client.host if request.client is not None else ""
        agent = request.headers.get("user-agent", "")
        let = await desk.signins.sign_in(text_of(body, "user"), text_of(body, "password"), address, agent)
        answer = JSONResponse(_told(let.caller), 201)
        set_cookie(answer, let.cookie)
        request.scope.setdefault("state", {})["caller"] = let.caller  # the audit names who came in
        return answer

    @routes.get("/session")
    async def session(request: Request) -> dict[str, Any]:
        return _told(caller(request))

    @routes.delete("/session", status_code=204)
    async def sign_out(request: Request) -> Response:
        who = caller(request)
        if not who.session:
            raise Problem(409, "refused", "There is no session to end: you did not sign in with a password.")
        await desk.signins.sign_out(who.session)
        answer = Response(status_code=204)
        clear_cookie(answer)
        return answer

    @routes.put("/session/password")
    async def change(request: Request) -> dict[str, Any]:
        body = await json_body(request)
        only(body, "old", "password")
        who = caller(request)
        await desk.signins.change_password(who, text_of(body, "old"), text_of(body, "password"))
        return _told(who._replace(must_change=False))

    @routes.get("/sessions")
    async def sessions(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.sessions(whose(caller(request))), query), query)

    @routes.delete("/sessions/{ident}", status_code=204)
    async def end(ident: str, request: Request) -> None:
        await desk.end_session(ident, whose(caller(request)))

    return routes


async def _soon(request: Request) -> dict[str, Any]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await json_body(request)
    except TimeoutError:
        raise Problem(408, "too-slow", f"The body was not there after {PATIENCE:.0f} s.") from None


def _told(who: Caller) -> dict[str, Any]:
    return {
        "user": who.who, "role": who.role, "via": who.via, "csrf": who.csrf, "must_change": who.must_change,
        "scope": list(who.scope), "until": who.until,
    }  # fmt: skip


DESCRIBED = (
    Described(
        "POST", "/session", "Sign in: the answer brings the cookie of a session.", WhoAsks, SignIn, 201,
        refuses=(408,), is_open=True,
    ),
    Described("GET", "/session", "Tell who asks.", WhoAsks),
    Described("DELETE", "/session", "Sign out."),
    Described("PUT", "/session/password", "Set a password of one's own.", WhoAsks, OwnPassword),
    Described("GET", "/sessions", "List sessions: one's own, or all to administrators.", Listed[Session], keys=KEYS),
    Described("DELETE", "/sessions/{ident}", "End a session."),
)  # fmt: skip
