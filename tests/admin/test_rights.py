"""Who may do what: every route of the application stands in rights.txt with the least role, as somebody reviewed it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest
from fastapi.routing import iter_route_contexts

from ringboot.admin.api import build_api
from ringboot.admin.desk import Desk
from ringboot.desk.errors import NotFound
from ringboot.model.user import ROLES, Caller, reaches

TABLE = Path(__file__).parent / "rights.txt"
ROWS = [tuple(line.split()) for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]


class Nothing:
    """A desk on which nothing is: whoever gets as far as asking it was let through."""

    def __getattr__(self, _: str) -> Any:
        return self

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise NotFound("There is nothing.")

    async def write_down(self, _: Any) -> None:
        """Keep no audit."""


@pytest.fixture(scope="module")
def app() -> Any:
    return build_api(cast(Desk, Nothing()))


def status(app: Any, method: str, path: str, role: str | None) -> int:
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "root_path": "", "headers": [],
        "raw_path": path.encode(), "query_string": b"", "scheme": "http", "client": ("127.0.0.1", 1),
        "state": {} if role is None else {"caller": Caller(role, "somebody", "", "session", "somebody", "digest")},
    }  # fmt: skip
    sent: list[Any] = []
    bodies = [{"type": "http.request", "body": b"{}", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return bodies.pop() if bodies else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


def test_every_route_is_in_the_table_and_no_other(app: Any) -> None:
    routes = {
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert len(ROWS) == len(set(ROWS))
    assert {(method, path) for _, method, path in ROWS} == routes, f"review who may use it, and write it into {TABLE}"
    assert {role for role, *_ in ROWS} <= {"everybody", *ROLES}


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[1:]) for row in ROWS])
def test_it_is_for_its_role_and_those_above(app: Any, row: tuple[str, ...]) -> None:
    least, method, path = row
    where = re.sub(r"\{[^}]*\}", "1", path)
    for role in (None, *ROLES):
        got = status(app, method, where, role)
        if least == "everybody" or (role is not None and reaches(role, least)):
            assert got not in (401, 403, 405, 500), role
        else:
            assert got == (401 if role is None else 403), role
