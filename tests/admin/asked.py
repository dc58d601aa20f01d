"""The API asked without a socket: whoever asks is let in."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, NamedTuple, cast

from ringboot.admin.access import ADMINISTRATOR, OPERATOR, Caller
from ringboot.admin.api import build_api
from ringboot.admin.desk import Desk

ANNA = Caller(ADMINISTRATOR, "anna", via="session")
BERT = Caller(OPERATOR, "bert")


class Said(NamedTuple):
    """An answer."""

    status: int
    value: Any
    headers: dict[str, str]


class Site:
    """The API over a desk, asked without a socket: whoever asks is let in."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.app = build_api(cast(Desk, desk))

    def ask(self, method: str, target: str, body: Any = None, caller: Caller = ANNA, **headers: str) -> Said:
        return asyncio.run(self.asked(method, target, body, caller, **headers))

    async def asked(self, method: str, target: str, body: Any = None, caller: Caller = ANNA, **headers: str) -> Said:
        """Put one request; the names of headers are written with _ for -."""
        path, _, question = target.partition("?")
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "http_version": "1.1", "method": method, "path": f"/api/v1{path}", "root_path": "",
            "raw_path": path.encode(), "query_string": question.encode(), "scheme": "http", "state": {"caller": caller},
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        with contextlib.suppress(ZeroDivisionError):  # of the desk; it is answered before it is raised again
            await self.app(scope, receive, send)
        text = b"".join(message.get("body", b"") for message in sent[1:])
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Said(sent[0]["status"], json.loads(text) if text else None, found)

    @property
    def written(self) -> dict[str, Any]:
        """Give the newest entry of the audit."""
        row: dict[str, Any] = self.desk.audited[-1]
        return row
