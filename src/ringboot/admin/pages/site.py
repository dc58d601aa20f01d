"""All pages as one application: the sections in the order of the navigation, and what is answered when one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ringboot import __version__, log
from ringboot.admin.asking import Answer, Asking
from ringboot.admin.pages.assign import ASSIGN
from ringboot.admin.pages.audit import AUDIT
from ringboot.admin.pages.boot import BOOT
from ringboot.admin.pages.config import CONFIG
from ringboot.admin.pages.configs import CONFIGS
from ringboot.admin.pages.device import DEVICE
from ringboot.admin.pages.devices import DEVICES
from ringboot.admin.pages.drawing import Drawing
from ringboot.admin.pages.editor import EDITOR
from ringboot.admin.pages.events import EVENTS
from ringboot.admin.pages.health import parts_down
from ringboot.admin.pages.home import HOME
from ringboot.admin.pages.jobs import JOBS
from ringboot.admin.pages.leases import LEASES
from ringboot.admin.pages.networks import NETWORKS
from ringboot.admin.pages.people import PEOPLE
from ringboot.admin.pages.plugin import PLUGIN
from ringboot.admin.pages.plugin_list import PLUGINS
from ringboot.admin.pages.reservations import RESERVATIONS
from ringboot.admin.pages.scripts import SCRIPTS
from ringboot.admin.pages.section import Page, Section, Way
from ringboot.admin.pages.settings import SETTINGS
from ringboot.admin.pages.shared import Shared
from ringboot.admin.pages.signing import SIGNING
from ringboot.admin.pages.static import Statics
from ringboot.admin.pages.template_list import TEMPLATES
from ringboot.admin.pages.visit import HEADERS, Failed, Visit
from ringboot.admin.problems import Problem

# In the order of the navigation.
SECTIONS: tuple[Section, ...] = (
    HOME,
    DEVICES,
    DEVICE,
    ASSIGN,
    BOOT,
    JOBS,
    CONFIGS,
    CONFIG,
    TEMPLATES,
    EDITOR,
    PLUGINS,
    PLUGIN,
    LEASES,
    NETWORKS,
    RESERVATIONS,
    EVENTS,
    AUDIT,
    PEOPLE,
    SETTINGS,
    SCRIPTS,
    SIGNING,
)
_WORDS = {
    401: "Sign in first",
    403: "That is not for you to do",
    404: "There is no such thing",
    405: "There is no such thing",
    412: "Somebody changed it meanwhile",
    429: "Too many attempts",
    503: "Not now",
}


def build_pages(asking: Asking) -> Starlette:
    """Build the application; it believes the caller that a door has put into the scope."""
    statics = Statics()
    drawing = Drawing(static=statics.url, sections=SECTIONS, release=__version__)
    shared = Shared()

    def endpoint(page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = Visit(request, asking, drawing, shared)
            try:
                if request.method != "GET" and not visit.is_piece:  # another site's form cannot send this header
                    raise Problem(
                        403, "not-from-here", "This was not sent by a page of this daemon. Load the page again."
                    )
                return await page(visit)
            except Failed as failed:
                return await _problem(visit, failed.answer)
            except Problem as problem:
                return await _problem(visit, Answer(problem.status, {"detail": problem.detail}, {}))

        return answer

    ways = [Way("GET", "/pieces/health", _health), *(way for section in SECTIONS for way in section.ways)]
    routes = [Route(way.path, endpoint(way.page), methods=[way.method]) for way in ways]
    routes.append(Route("/static/{name}", statics.answer, methods=["GET"]))

    async def unknown(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        detail = "Nothing lies at this address."
        return await _problem(Visit(request, asking, drawing, shared), Answer(status, {"detail": detail}, {}))

    async def failed(request: Request, error: Exception) -> Response:
        log.get().error("page failed", method=request.method, path=request.url.path, why=repr(error))
        visit = Visit(request, asking, drawing, shared)
        detail = "This page failed. The log of the daemon says where."
        try:
            return await _problem(visit, Answer(500, {"detail": detail}, {}))
        except Exception as again:  # of the drawing itself: the sentence alone is left
            log.get().error("page of a failure failed", why=repr(again))
            return HTMLResponse(detail, 500, HEADERS)

    handlers: dict[Any, Any] = {HTTPException: unknown, Exception: failed}
    return Starlette(routes=routes, exception_handlers=handlers)


async def _health(visit: Visit) -> Response:
    """Draw the banner of what is down."""
    return await visit.draw("health.html", down=parts_down(await visit.look("/status")))


async def _problem(visit: Visit, answer: Answer) -> Response:
    """Say what is wrong: as a page, or where messages stand when a piece was asked for."""
    heading = _WORDS.get(answer.status, "That did not work")
    text = answer.detail or heading
    if visit.is_piece:
        headers = {"hx-retarget": "#said", "hx-reswap": "innerHTML", "hx-reselect": ".message"}
        more = [f"{place}: {why}" for place, why in answer.fields.items() if why not in text]
        return await visit.draw("said.html", answer.status, headers, text=text, bad=True, more=more)
    return await visit.draw("problem.html", answer.status, heading=heading, text=text, status=answer.status)
