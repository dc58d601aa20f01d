"""What other programs ask a daemon without a word: whether it lives, whether it is ready, and its numbers."""

from __future__ import annotations

from typing import Protocol

from starlette.responses import PlainTextResponse, Response

from ringboot.admin.access import Receive, Scope, Send
from ringboot.admin.problems import Problem, answer

METRICS, LIVES, READY = "/metrics", "/healthz", "/readyz"
PATHS = (METRICS, LIVES, READY)
NUMBERS = "text/plain; version=0.0.4"


class ProbedDesk(Protocol):
    """The daemon as these ask it."""

    async def metrics(self) -> str:
        """Give all numbers as Prometheus reads them."""
        ...

    async def not_ready(self) -> list[str]:
        """Name the parts that do not work now."""
        ...


class Probes:
    """The application behind the three paths; who it is that may read the numbers, a door has found out before."""

    def __init__(self, desk: ProbedDesk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, is_read = scope["path"], scope["method"] in ("GET", "HEAD")
        response: Response
        if path not in PATHS:
            response = answer(Problem(404, "no-such-route", f"{path} is not here."))
        elif not is_read:
            response = answer(Problem(405, "no-such-method", f"{path} can only be read."))
            response.headers["Allow"] = "GET, HEAD"
        elif path == LIVES:
            response = PlainTextResponse("ok\n")
        elif path == READY:
            missing = await self._desk.not_ready()
            response = PlainTextResponse("ok\n" if not missing else f"not ready: {', '.join(missing)}\n")
            response.status_code = 503 if missing else 200
        elif scope.get("state", {}).get("caller") is None:
            response = answer(Problem(401, "not-signed-in", "Sign in, or send a token: the numbers are not for all."))
        else:
            response = PlainTextResponse(await self._desk.metrics(), media_type=NUMBERS)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)
