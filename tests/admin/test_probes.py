"""What is asked without a word: alive, ready, numbers; and what nobody learns that way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ringboot.admin.access import OPERATOR, Caller
from ringboot.admin.probes import Probes


class Asked:
    """A daemon with parts that do not work."""

    def __init__(self, *missing: str) -> None:
        self.missing = list(missing)

    async def metrics(self) -> str:
        return "ringboot_held_back 0\n"

    async def not_ready(self) -> list[str]:
        return self.missing


def ask(desk: Asked, path: str, caller: Caller | None = None, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    """Send one request through the application."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    state = {} if caller is None else {"caller": caller}
    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "state": state}
    asyncio.run(Probes(desk)(scope, receive, send))
    headers = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:]).decode(), headers


def test_everybody_may_know_whether_it_lives_and_is_ready_and_what_is_missing_by_name_only() -> None:
    assert ask(Asked("dhcp"), "/healthz")[:2] == (200, "ok\n")
    status, body, headers = ask(Asked(), "/readyz")
    assert (status, body, headers["cache-control"]) == (200, "ok\n", "no-store")
    assert ask(Asked("dhcp", "workers"), "/readyz")[:2] == (503, "not ready: dhcp, workers\n")


def test_the_numbers_are_for_those_who_are_let_in() -> None:
    status, body, headers = ask(Asked(), "/metrics")
    assert (status, headers["content-type"], "held_back" in body) == (401, "application/problem+json", False)
    status, body, headers = ask(Asked(), "/metrics", Caller(OPERATOR, "ann"))
    assert (status, body) == (200, "ringboot_held_back 0\n")
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(("path", "method", "status"), [("/metrics", "POST", 405), ("/healthz/x", "GET", 404)])
def test_nothing_else_is_there(path: str, method: str, status: int) -> None:
    assert ask(Asked(), path, Caller(OPERATOR, "ann"), method)[0] == status
