"""Sign in, set a password of one's own, sign out."""

from __future__ import annotations

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.drawing import target
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit
from ringboot.admin.signin import SIGN_IN_PAGE as SIGN_IN
from ringboot.admin.signin import safe_next


async def _sign_in(visit: Visit) -> Response:
    if visit.caller is None:
        return await visit.draw("sign_in.html", next=next_page(visit.word("next")), user="", problem=None)
    if visit.caller.must_change:
        return await visit.draw("password.html", must=True, next=next_page(visit.word("next")), problem=None)
    return visit.go(next_page(visit.word("next")))


async def _enter(visit: Visit) -> Response:
    form = await visit.form()
    if visit.caller is not None and form.has("old"):
        return await _set_password(visit)
    where = next_page(form.text("next"))
    value = {"user": form.text("user"), "password": form.raw("password")}
    answer = await visit.sign_in(value)
    if not answer.is_good:
        return await visit.draw("sign_in.html", answer.status, next=where, user=form.text("user"), problem=answer)
    # With a password that was made for the user, the next page is the one that asks for another.
    return _with_cookies(visit.go(_again(where) if answer.value["must_change"] else where), answer)


def _again(where: str) -> str:
    return SIGN_IN if where == "/" else target(SIGN_IN, {"next": where})


async def _password(visit: Visit) -> Response:
    must = visit.caller is not None and visit.caller.must_change
    return await visit.draw("password.html", must=must, next="/", problem=None)


async def _set_password(visit: Visit) -> Response:
    form = await visit.form()
    where = next_page(form.text("next"))
    must = visit.caller is not None and visit.caller.must_change
    if form.raw("password") != form.raw("again"):
        wrong = {"detail": "The two new passwords differ.", "fields": {"again": "is not the same"}}
        answer = Answer(422, wrong, {})
    else:
        value = {"old": form.raw("old"), "password": form.raw("password")}
        answer = await visit.send("PUT", "/session/password", value)
    if not answer.is_good:
        return await visit.draw("password.html", answer.status, must=must, next=where, problem=answer)
    return _with_cookies(visit.go(where), answer)


async def _sign_out(visit: Visit) -> Response:
    answer = await visit.send("DELETE", "/session")
    return _with_cookies(visit.go(SIGN_IN), answer)


def next_page(text: str) -> str:
    """Give where somebody wanted to go, if that is a page of ours and another one than this."""
    where = safe_next(text)
    return "/" if where.startswith(SIGN_IN) else where


def _with_cookies(response: Response, answer: Answer) -> Response:
    for each in answer.cookies:
        response.headers.append("set-cookie", each)
    return response


SIGNING = Section(
    "",
    (
        Way("GET", SIGN_IN, _sign_in),
        Way("POST", SIGN_IN, _enter),
        Way("GET", "/password", _password),
        Way("POST", "/password", _set_password),
        Way("POST", "/sign-out", _sign_out),
    ),
)
