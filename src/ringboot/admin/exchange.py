"""A request and its answer as they pass, for who looks on: what was asked, what was said, and what is kept of both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ringboot.admin.access import Message, Receive, Send
from ringboot.admin.body import parse
from ringboot.admin.masks import MASK, masked
from ringboot.admin.problems import Problem

LARGEST = 1 << 15  # octets of JSON that are kept of one value
_WORDS = re.compile(r"(/s/|\brb_)[^/\s]+")  # a secret URL's word, a token


class Asked:
    """A request's body, kept while the application reads it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._data = bytearray()
        self._size = 0

    async def receive(self) -> Message:
        """Pass on what comes."""
        message = await self._receive()
        if message["type"] == "http.request":
            body = message.get("body", b"")
            self._size += len(body)
            self._data += body[: max(LARGEST - len(self._data), 0)]
        return message

    @property
    def value(self) -> Any:
        """Give the JSON that was read; None: nothing was."""
        return _value(bytes(self._data), self._size)


class Answer:
    """An answer, held back until it is released; one of a kind that is not to be held passes at once."""

    def __init__(self, send: Send | None = None, passes: Callable[[str], bool] = lambda _: False) -> None:
        self._send = send
        self._passes = passes
        self._start: Message | None = None
        self.data = bytearray()
        self.passed = False

    async def take(self, message: Message) -> None:
        """Take what the application sends."""
        if message["type"] == "http.response.start":
            self._start = message
            self.passed = self._send is not None and self._passes(self.kind)
        elif not self.passed:
            self.data += message.get("body", b"")
        if self.passed and self._send is not None:
            await self._send(message)

    @property
    def status(self) -> int:
        """Give its status; 500 when the application broke off before it said one."""
        return 500 if self._start is None else int(self._start["status"])

    @property
    def kind(self) -> str:
        """Give its media type."""
        headers = dict(self._start.get("headers", ())) if self._start is not None else {}
        return bytes(headers.get(b"content-type", b"")).partition(b";")[0].decode("latin-1")

    @property
    def value(self) -> Any:
        """Give its JSON; None: there is none."""
        return _value(bytes(self.data), len(self.data)) if self.kind.endswith("json") else None

    async def release(self, send: Send, *headers: tuple[bytes, bytes]) -> None:
        """Send what was held back, with more headers."""
        if self._start is not None and not self.passed:
            await send({**self._start, "headers": [*self._start.get("headers", ()), *headers]})
            await send({"type": "http.response.body", "body": bytes(self.data)})


def kept(value: Any) -> Any:
    """Give what is kept of a thing: without secrets, and not more than it may be."""
    value = _without_words(masked(value))
    size = len(json.dumps(value, ensure_ascii=False).encode())
    return value if size <= LARGEST else {"left_out": f"{size} octets"}


def brief(value: Any) -> Any:
    """Give what is kept of a request or an answer: of files and configurations, which may hold anything, no line."""
    return kept(_brief(value))


def _without_words(value: Any) -> Any:
    """Leave out what protects a session: who reads the audit could act in its name."""
    return value | {"csrf": MASK} if isinstance(value, dict) and "csrf" in value else value


def _brief(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _brief(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_brief(item) for item in value]
    if not isinstance(value, str):
        return value
    lines = value.count("\n")
    return f"({lines + 1} lines)" if lines else _WORDS.sub(rf"\1{MASK}", value)


def _value(data: bytes, size: int) -> Any:
    if not data:
        return None
    try:
        return parse(data)
    except Problem:
        return {"left_out": f"{size} octets"}
