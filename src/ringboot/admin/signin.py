"""The door for browsers and programs over the network: nobody comes in without a session or a token.

It judges what concerns every request alike: the Host header, where a write comes from, the cookie or the token, the
repeated word of a session (CSRF), and what a token opens.  What a role may do is judged behind it (rights.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ringboot.admin.access import App, Caller, Receive, Scope, Send
from ringboot.admin.asking import PREFIX
from ringboot.admin.cookie import COOKIE, read_cookie
from ringboot.admin.desk_people import SignInDesk
from ringboot.admin.hosts import Hosts, is_same_origin
from ringboot.admin.problems import Problem, answer
from ringboot.admin.rights import READING, SIGN_IN
from ringboot.model.user import opens

SIGN_IN_PAGE = "/sign-in"
METRICS = "/metrics"
OPEN = (SIGN_IN_PAGE, "/healthz", "/readyz")
STATIC = "/static/"
SIGNING_IN = (SIGN_IN[0], PREFIX + SIGN_IN[1])
OWN_SESSION = f"{PREFIX}/session"  # what is open to those who must change their password, with what lies below

HEADERS = (
    (
        b"content-security-policy",
        (
            b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
            b"frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class SignIn:
    """Lets nobody through to the application without a role."""

    def __init__(self, app: App, desk: Callable[[], SignInDesk], hosts: Callable[[], Hosts]) -> None:
        """`desk` and `hosts` are asked each time: a reload may change the names."""
        self._app = app
        self._desk = desk
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http":
            return
        guarded = _Guarded(scope, send)
        try:
            self._judge(scope)
        except Problem as problem:
            await _refuse(problem, scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _judge(self, scope: Scope) -> None:
        """Put the caller into the scope; Problem for who may not come in."""
        method, path = scope["method"], scope["path"]
        hosts = _headers(scope, b"host")
        if len(hosts) != 1 or not self._hosts().knows(hosts[0]):
            raise Problem(
                421, "wrong-host", "This is not a name of this daemon. Use its address, or add the name to [admin]."
            )
        who, by_cookie = self._who(scope)
        if method not in READING and (by_cookie or who is None):
            _check_origin(scope, hosts[0])
        scope.setdefault("state", {}).pop("caller", None)
        if who is not None:
            scope["state"]["caller"] = who
        if _is_open(method, path) and not (who is not None and who.must_change):
            return
        if who is None:
            raise Problem(
                401, "not-signed-in", "Sign in first, or send a token.", headers={"WWW-Authenticate": "Bearer"}
            )
        if by_cookie and method not in READING and (method, path) != SIGNING_IN and not _repeats(scope, who.csrf):
            raise Problem(403, "csrf", "The header X-CSRF-Token is missing or wrong. Load the page again.")
        _check_reach(who, path)

    def _who(self, scope: Scope) -> tuple[Caller | None, bool]:
        """Tell who asks, and whether a cookie said so; Problem for a token that is none."""
        shown = _headers(scope, b"authorization")
        if shown:
            scheme, _, secret = shown[0].partition(" ")
            known = self._desk().of_token(secret.strip()) if scheme.lower() == "bearer" and len(shown) == 1 else None
            if known is None:
                raise Problem(
                    401, "bad-token", "This token is not known, or it has expired. Make one: ringboot token add",
                    headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
                )  # fmt: skip
            return known, False
        for header in _headers(scope, b"cookie"):
            word = read_cookie(header)
            if word is not None:
                known = self._desk().of_cookie(word)
                return known, known is not None
        return None, False


def _is_open(method: str, path: str) -> bool:
    return path in OPEN or path.startswith(STATIC) or (method, path) == SIGNING_IN


def _is_way_on(path: str) -> bool:
    """Tell whether a path is for those who must change their password."""
    return path in (*OPEN, OWN_SESSION) or path.startswith((STATIC, f"{OWN_SESSION}/"))


def _check_origin(scope: Scope, host: str) -> None:
    """Refuse a write that a page of somebody else's makes."""
    origins = _headers(scope, b"origin")
    site = _headers(scope, b"sec-fetch-site")
    if any(not is_same_origin(each, host) for each in origins) or any(
        each not in ("same-origin", "none") for each in site
    ):
        raise Problem(403, "other-origin", "This comes from a page of another site.")


def _repeats(scope: Scope, csrf: str) -> bool:
    said = _headers(scope, b"x-csrf-token")
    return len(said) == 1 and hmac.compare_digest(said[0].encode(), csrf.encode())


def _check_reach(who: Caller, path: str) -> None:
    """Refuse what a token does not open, and all but the way on to whoever must change their password."""
    if who.scope:
        part = path.removeprefix(PREFIX) if path.startswith(f"{PREFIX}/") else path if path == METRICS else ""
        if not part or not opens(who.scope, part):
            raise Problem(403, "out-of-scope", f"This token opens {', '.join(who.scope)} and nothing else.")
    elif who.must_change and not _is_way_on(path):
        raise Problem(403, "change-password", "Set a password of your own first.")


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: _Guarded) -> None:
    """Answer a program with the problem, and send a browser that looks at a page to where one signs in."""
    path = scope["path"]
    is_page = not path.startswith(f"{PREFIX}/") and path != METRICS
    if is_page and problem.code in ("not-signed-in", "change-password", "bad-token"):
        to = _way_in(scope)
        if _headers(scope, b"hx-request"):
            # A piece of a page: a redirect would put the sign-in page into it.
            problem.headers["HX-Redirect"] = to
        elif scope["method"] in READING:
            start = [(b"location", to.encode()), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 303, "headers": start})
            await send({"type": "http.response.body", "body": b""})
            return
    await answer(problem)(scope, receive, send)


def _way_in(scope: Scope) -> str:
    if scope["method"] not in READING or _headers(scope, b"hx-request"):
        return SIGN_IN_PAGE
    question = scope.get("query_string", b"").decode("latin-1")
    path = scope["path"] + (f"?{question}" if question else "")
    return SIGN_IN_PAGE if path == "/" else f"{SIGN_IN_PAGE}?next={quote(path, safe='')}"


def safe_next(text: str) -> str:
    """Give where somebody wanted to go, as far as that is a place of ours: /devices, and not //elsewhere."""
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if is_ours else "/"


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


class _Guarded:
    """Adds to every answer what keeps a browser from misusing it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._is_tls = scope.get("scheme") == "https"

    async def __call__(self, message: Any) -> None:
        """Send a message of the application."""
        if message["type"] == "http.response.start":
            headers = [(name, self._secured(name, value)) for name, value in message.get("headers", ())]
            there = {name.lower() for name, _ in headers}
            message = {**message, "headers": [*headers, *(each for each in HEADERS if each[0] not in there)]}
        await self._send(message)

    def _secured(self, name: bytes, value: bytes) -> bytes:
        ours = name.lower() == b"set-cookie" and value.startswith(COOKIE.encode() + b"=")
        return value + b"; Secure" if ours and self._is_tls and b"; secure" not in value.lower() else value
