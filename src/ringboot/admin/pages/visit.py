"""One visit to a page: who looks, what the address says, and the API in that person's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ringboot.admin.access import ROLES, Caller
from ringboot.admin.asking import Answer, Asking, Query
from ringboot.admin.pages.drawing import Drawing
from ringboot.admin.pages.forms import Form, read_form
from ringboot.admin.pages.rates import Rates
from ringboot.admin.pages.shared import Shared

POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",  # a page may show what only this person may see
}


class Failed(Exception):
    """The API answered with a problem, and the page cannot do without."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.detail)
        self.answer = answer


class Visit:
    """What a page's function is given."""

    def __init__(self, request: Request, asking: Asking, drawing: Drawing, shared: Shared) -> None:
        self.request = request
        self.asking = asking
        self._shared = shared
        self._drawing = drawing
        self._read: Form | None = None

    @property
    def caller(self) -> Caller | None:
        """Give who looks; nobody on the pages that are for everybody."""
        found: Caller | None = getattr(self.request.state, "caller", None)
        return found

    def may(self, role: str) -> bool:
        """Tell whether what this role may do is offered."""
        return self.caller is not None and ROLES.index(self.caller.role) >= ROLES.index(role)

    @property
    def path(self) -> str:
        """Give the path of the page."""
        return self.request.url.path

    @property
    def url(self) -> str:
        """Give path and query, to ask for the same once more."""
        query = self.request.url.query
        return f"{self.path}?{query}" if query else self.path

    @property
    def is_piece(self) -> bool:
        """Tell whether htmx asks, for a part of a page that stands."""
        return self.request.headers.get("hx-request") == "true"

    def word(self, name: str, default: str = "") -> str:
        """Give a word of the query."""
        return self.request.query_params.get(name, default)

    def part(self, name: str) -> str:
        """Give a part of the path."""
        return str(self.request.path_params[name])

    async def form(self) -> Form:
        """Give what the form sent."""
        if self._read is None:
            self._read = await read_form(self.request)
        return self._read

    async def try_get(self, path: str, query: Query = ()) -> Answer:
        """Ask the API, whatever comes of it."""
        return await self.asking.ask(self.caller, "GET", path, query)

    async def get(self, path: str, query: Query = ()) -> Any:
        """Ask the API for what the page cannot do without."""
        answer = await self.try_get(path, query)
        if not answer.is_good:
            raise Failed(answer)
        return answer.value

    async def look(self, path: str, query: Query = ()) -> Answer:
        """Give what the API said a moment ago to anybody: only for what it shows to every role alike."""
        asked = list(query)
        return await self._shared.get(f"{path}?{asked}", lambda: self.try_get(path, asked))

    @property
    def rates(self) -> Rates:
        """Give what keeps the counters of the last minutes."""
        return self._shared.rates

    async def send(self, method: str, path: str, value: Any = None, *, etag: str = "", query: Query = ()) -> Answer:
        """Change something; the page looks itself at what is wrong with it."""
        return await self.asking.ask(self.caller, method, path, query, value, etag=etag, client=self._client)

    async def sign_in(self, value: dict[str, str]) -> Answer:
        """Begin a session, in the name of nobody yet; the address and the browser are noted with it."""
        agent = [(b"user-agent", self.request.headers.get("user-agent", "").encode("latin-1", "replace"))]
        return await self.asking.ask(None, "POST", "/session", (), value, client=self._client, headers=agent)

    @property
    def _client(self) -> tuple[str, int] | None:
        found = self.request.client
        return None if found is None else (found.host, found.port)

    async def draw(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, /, **values: Any
    ) -> Response:
        """Draw a page or a piece of one."""
        text = await self._drawing.draw(template, {"visit": self, **values})
        return HTMLResponse(text, status, {**HEADERS, **(headers or {})})

    async def say(
        self, text: str, *, stirs: Sequence[str] = (), bad: bool = False, more: Sequence[str] = ()
    ) -> Response:
        """Answer a change with a sentence; `stirs` names the live parts that are to be drawn again."""
        headers = {"hx-retarget": "#said", "hx-reswap": "innerHTML", "hx-reselect": ".message"}
        headers["hx-trigger"] = ", ".join(["close-dialog", *(f"live-{kind}" for kind in stirs)])
        return await self.draw("said.html", 200, headers, text=text, bad=bad, more=list(more))

    def go(self, path: str) -> Response:
        """Go to another page, be it htmx that asks or the browser."""
        if self.is_piece:
            return Response(headers={**HEADERS, "hx-redirect": path})
        return RedirectResponse(path, 303, HEADERS)
