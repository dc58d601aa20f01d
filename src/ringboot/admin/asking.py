"""The API asked from within the process: the pages are a client of it, in the name of whoever looks at them."""

from __future__ import annotations

import json
from collections.abc import Iterable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ringboot.admin.access import App, Caller

PREFIX = "/api/v1"
_SAFE = "/:@!$&'()*+,;=~-._"  # of a path; what names a device may hold any character
Query = Iterable[tuple[str, str | int]]


class Answer(NamedTuple):
    """What the API said: a JSON value, or text where it gives that."""

    status: int
    value: Any
    headers: dict[str, str]
    cookies: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Tell whether it is no problem."""
        return self.status < 400

    @property
    def etag(self) -> str:
        """Give the version of what was shown; empty when it has none."""
        return self.headers.get("etag", "")

    @property
    def fields(self) -> dict[str, str]:
        """Give what is wrong with which place of the request."""
        found = self.value.get("fields") if isinstance(self.value, dict) and not self.is_good else None
        return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else {}

    @property
    def detail(self) -> str:
        """Say in a sentence what is wrong, or nothing."""
        told = self.value.get("detail") if isinstance(self.value, dict) and not self.is_good else None
        return str(told or "")


class Asking:
    """Requests to the application of the API; rights, checks, versions and the audit are its own."""

    def __init__(self, api: App) -> None:
        self._api = api

    async def ask(
        self, caller: Caller | None, method: str, path: str, query: Query = (), value: Any = None, *,
        etag: str = "", accept: str = "application/json", client: tuple[str, int] | None = None,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> Answer:  # fmt: skip
        """Ask for a path below /api/v1, given as it is meant, not quoted; `value` is sent as JSON, octets as such."""
        body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        kind = b"application/octet-stream" if isinstance(value, bytes) else b"application/json"
        sent = [(b"host", b"localhost"), (b"accept", accept.encode()), (b"content-length", str(len(body)).encode())]
        if value is not None:
            sent.append((b"content-type", kind))
        if etag:
            sent.append((b"if-match", etag.encode("latin-1", "replace")))
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": PREFIX + path,
            "raw_path": quote(PREFIX + path, safe=_SAFE).encode(),
            "root_path": "",
            "query_string": urlencode(list(query)).encode(),
            "headers": [*sent, *headers],
            "client": client,
            "server": ("localhost", None),
            "state": {} if caller is None else {"caller": caller},
        }
        conversation = _Conversation(body)
        try:
            await self._api(scope, conversation.receive, conversation.send)
        except Exception:
            if not conversation.has_begun:  # else the API has logged it and answered with a problem
                raise
        return conversation.answer()


class _Conversation:
    """One request and its answer, kept whole."""

    def __init__(self, body: bytes) -> None:
        self._to_send: bytes | None = body
        self.has_begun = False
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._data = bytearray()

    async def receive(self) -> MutableMapping[str, Any]:
        if self._to_send is None:
            return {"type": "http.disconnect"}
        body, self._to_send = self._to_send, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self._status, self._headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._data += message.get("body", b"")

    def answer(self) -> Answer:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self._headers}
        cookies = tuple(value.decode("latin-1") for name, value in self._headers if name.lower() == b"set-cookie")
        data = bytes(self._data)
        is_json = "json" in headers.get("content-type", "")
        return Answer(
            self._status, json.loads(data) if is_json and data else data.decode("utf-8", "replace"), headers, cookies
        )
