"""Stands before every route: gives what is shown a version, refuses a change of another one, writes changes down."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode
from weakref import WeakValueDictionary

from ringboot import log
from ringboot.admin.access import ADMINISTRATOR, App, Caller, Message, Receive, Scope, Send
from ringboot.admin.desk import AuditDesk
from ringboot.admin.exchange import Answer, Asked, brief, kept
from ringboot.admin.problems import Problem, answer
from ringboot.store.errors import StoreDamaged, StoreFailed

_NOBODY = Caller("", "", via="")
_ASKING = ("GET", "HEAD", "OPTIONS")


class Ledger:
    """Middleware of the API, which asks the routes behind it also for itself.

    What GET of a path answers is the thing there: a hash of it its version (ETag), which `If-Match` is held to, and
    what the audit has of it before and after. Changes of one path come one after another: none comes between look and
    change.
    """

    def __init__(self, app: App, desk: AuditDesk, prefix: str) -> None:
        self._app = app
        self._desk = desk
        self._prefix = prefix
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] in _ASKING:
            await self._show(scope, receive, send)
        elif scope["method"] == "POST":
            await self._act(scope, receive, send)
        else:
            lock = self._locks.setdefault(scope["path"], asyncio.Lock())
            async with lock:
                await self._change(scope, receive, send)

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = Answer(send, passes=lambda kind: kind != "application/json")
        await self._app(scope, receive, found.take)
        if found.status != 200 or found.passed:
            await found.release(send)
            return
        version = _version(found)
        seen = {each.removeprefix("W/") for each in _listed(scope, b"if-none-match")}
        if version in seen or "*" in seen:
            await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", version.encode())]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await found.release(send, (b"etag", version.encode()))

    async def _act(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what changes no one thing that the path shows, or makes a new one."""
        asked, found = Asked(receive), Answer(send, _streams)
        try:
            await self._app(scope, asked.receive, found.take)
        finally:
            await self._write_down(scope, found.status, request=brief(asked.value), after=brief(found.value))
        await found.release(send)

    async def _change(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change or remove what the path shows, if that is still what the caller saw."""
        there = await self._found(scope, _Question.of(scope))
        asked, found = Asked(receive), Answer(send, _streams)
        try:
            problem = await self._conflict(scope, there)
            if problem is None:
                await self._app(scope, asked.receive, found.take)
            else:
                await answer(problem)(scope, receive, found.take)
        finally:
            after = None if found.status >= 400 else (await self._found(scope, there.question)).thing
            if there.thing is None and after is None:  # the path shows nothing: an action by another method
                request = there.question.asked or (asked.value if found.status < 400 else None)
                await self._write_down(scope, found.status, request=brief(request), after=brief(found.value))
            else:
                after = kept(after) if found.status < 400 else _problem(found.value)
                request = there.question.asked or None
                await self._write_down(scope, found.status, request=request, before=kept(there.thing), after=after)
        await found.release(send)

    async def _found(self, scope: Scope, question: _Question) -> _Found:
        """Look what the path shows to who asks; of a list the rows that the question names."""
        found = await self._shown(scope, question.text)
        if found.status == 400 and question.text:  # no list: what it names is something else
            question = _Question({})
            found = await self._shown(scope, "")
        value = found.value if found.status == 200 else None
        if isinstance(value, dict) and {"total", "items"} <= value.keys():
            value = (value["items"] if question.text else None) or None
        return _Found(question, found, value)

    async def _shown(self, scope: Scope, question: str) -> Answer:
        found = Answer()
        asked = {**scope, "method": "GET", "query_string": question.encode(), "headers": []}
        try:
            await self._app(asked, _Nothing().receive, found.take)
        except Exception as error:  # of a fault of ours, which must not look like one of the change
            log.get().error("what a path shows could not be told", path=scope["path"], why=repr(error))
            return Answer()
        return found

    async def _conflict(self, scope: Scope, there: _Found) -> Problem | None:
        """Say why a change is refused that was made for another version."""
        wanted = _listed(scope, b"if-match")
        status = there.answer.status
        if not wanted or there.question.text:
            return None
        if status != 200 and not (status == 404 and scope["method"] == "PUT"):
            return None
        if status == 200:
            if there.thing is None:  # a list: no one thing is meant
                return None
            if "*" in wanted or _version(there.answer) in wanted:
                return None
            if _caller(scope).role == ADMINISTRATOR and _version(await self._shown(scope, "secrets=1")) in wanted:
                return None
        told = "It was removed" if status == 404 else "Somebody or something changed it"
        detail = f"{told} since you looked. See `current`, and send the change again with its version (ETag)."
        return Problem(412, "changed-meanwhile", detail, current=there.thing)

    async def _write_down(
        self, scope: Scope, status: int, *, request: Any = None, before: Any = None, after: Any = None
    ) -> None:
        caller = _caller(scope)
        if caller is _NOBODY and status >= 400:
            return  # strangers at the door: they must not push out what others did
        row = {
            "who": caller.who, "role": caller.role, "via": caller.via, "method": scope["method"],
            "path": scope["path"].removeprefix(self._prefix), "status": status,
            "request": request, "before": before, "after": after,
        }  # fmt: skip
        try:
            await self._desk.write_down(row)
        except (StoreFailed, StoreDamaged) as error:
            named = {key: row[key] for key in ("who", "method", "path", "status")}
            log.get().error("a request was not written into the audit", **named, why=str(error))


class _Question(NamedTuple):
    """What a request's query names, as the filters of a list; nothing for a thing that the path alone names."""

    asked: dict[str, str]

    @classmethod
    def of(cls, scope: Scope) -> _Question:
        """Read it; only what is removed is named by a query."""
        rows = parse_qsl(scope["query_string"].decode("latin-1")) if scope["method"] == "DELETE" else []
        return cls({key: value for key, value in rows if key != "secrets"})

    @property
    def text(self) -> str:
        """Write it as a query of the list."""
        return urlencode([("filter", f"{key}={value}") for key, value in self.asked.items()])


class _Found(NamedTuple):
    """What a path shows: the answer, and the thing in it; None when there is none."""

    question: _Question
    answer: Answer
    thing: Any


class _Nothing:
    """An empty body, and then the end: a stream that is asked for by mistake must not go on."""

    def __init__(self) -> None:
        self._messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive(self) -> Message:
        """Give what is next."""
        return self._messages.pop() if self._messages else {"type": "http.disconnect"}


def _streams(kind: str) -> bool:
    return kind == "text/event-stream"


def _version(shown: Answer) -> str:
    return f'"{hashlib.sha256(shown.data).hexdigest()[:32]}"'


def _listed(scope: Scope, name: bytes) -> set[str]:
    """Read a header that is a list."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return {each.strip() for value in values for each in value.split(",")} - {""}


def _caller(scope: Scope) -> Caller:
    found = scope.get("state", {}).get("caller")
    return found if isinstance(found, Caller) else _NOBODY


def _problem(value: Any) -> Any:
    """Keep why it was refused; `current` stands before it already."""
    return brief({key: each for key, each in value.items() if key != "current"}) if isinstance(value, dict) else None
