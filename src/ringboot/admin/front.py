"""One application behind every door of the administrator: the API, and beside it the pages, a client of it."""

from __future__ import annotations

from collections.abc import Mapping

from ringboot.admin.access import App, Receive, Scope, Send
from ringboot.admin.asking import PREFIX, Asking
from ringboot.admin.pages.site import build_pages
from ringboot.admin.probes import PATHS


class Front:
    """Gives each request to the application whose path it is, and any other to the pages."""

    def __init__(self, parts: Mapping[str, App], pages: App) -> None:
        """`parts`: a path -> what answers there and below."""
        self._parts = dict(parts)
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        path = scope.get("path", "")
        for start, part in self._parts.items():
            if path == start or path.startswith(f"{start}/"):
                await part(scope, receive, send)
                return
        await self._pages(scope, receive, send)


def build_front(api: App, probes: App) -> Front:
    """Build it over the application of the API, which believes the caller that a door has put into the scope."""
    return Front({PREFIX: api, **dict.fromkeys(PATHS, probes)}, build_pages(Asking(api)))
