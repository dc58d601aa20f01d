"""The registration page's door: a plain HTTP server of its own, which knows nothing but its desk."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from ringboot import log
from ringboot.model.registration import Denied, Registered, Visitor, Wording
from ringboot.servers import register_page

LARGEST = 32 << 10  # octets of a form: a thousand MACs
PATIENCE = 15.0  # seconds for a request, headers and body
CONNECTIONS, OF_ADDRESS = 500, 20
SPAN = 60.0  # seconds
POSTS, OF_ALL = 10, 300  # forms of one address, and of all, within that time
REMEMBERED = 10_000  # addresses
TOKEN_LIFE = 4 * 3600.0
FIELDS = ("form", "token", "name", "code", "macs", "note", "address", "user", "secret")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Server": "ringboot",
}


class Desk(Protocol):
    """What the page asks."""

    def wording(self) -> Wording:
        """Tell what it says."""

    async def visitor(self, address: str) -> Visitor | None:
        """Tell which machine has an address by a lease of ours."""

    async def welcome(self, address: str, name: str, code: str) -> Registered | Denied:
        """Make the machine at an address known."""

    async def enter(
        self, address: str, login: tuple[str, str], macs: Sequence[str], name: str, wanted: str
    ) -> list[Registered] | Denied:
        """Make machines known for an operator."""


class RegisterServer:
    """Serve the page on a bound TCP socket."""

    def __init__(self, sock: socket.socket, desk: Desk, steady: Callable[[], float] = time.monotonic) -> None:
        self._sock = sock
        self._desk = desk
        self._steady = steady
        self._key = secrets.token_bytes(32)
        self._posts = Posts()
        self._room = _Room()
        self._web: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        server = self._web = web.Server(self._respond)
        self._listener = await loop.create_server(lambda: _Connection(server, self._room, loop), sock=self._sock)

    async def close(self) -> None:
        """Stop listening and close every connection."""
        if self._listener is not None and self._web is not None:
            self._listener.close()
            await self._web.shutdown(1.0)

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answer(request)
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception as error:  # a fault of ours: the guest learns that it is one, and no more
            log.get().error("the registration page failed", why=repr(error))
            return self._say(500, "Something failed here. Try again in a moment.")

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path == "/style.css" and request.method in ("GET", "HEAD"):
            return web.Response(text=register_page.STYLE, content_type="text/css", headers=HEADERS)
        if request.method in ("GET", "HEAD"):
            if path == "/":
                return await self._show(_peer(request))
            # Whoever is sent here by the DNS of a quarantine network looks for something else.
            return web.Response(status=302, headers={**HEADERS, "Location": _url(request)})
        if request.method != "POST" or path != "/":
            return web.Response(status=405, headers={**HEADERS, "Allow": "GET, HEAD, POST"})
        return await self._take(request)

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        address = _peer(request)
        if not self._posts.may(address, self._steady()):
            return self._say(429, "That was too often. Wait a minute, and try again.")
        if not _is_own(request):
            return self._say(403, "This comes from a page of another site.")
        form = await _form(request)
        if form is None:
            return self._say(400, "This is no form of this page, or it is too large.")
        if not self._is_token(form["token"], address):
            return await self._show(address, wrong="This page was too old. Send it again.", filled=form, status=403)
        if form["form"] == "operator":
            macs = form["macs"].replace(",", "\n").replace(";", "\n").split("\n")
            login = (form["user"], form["secret"])
            made = await self._desk.enter(
                address, login, [each.strip() for each in macs if each.strip()], form["note"], form["address"]
            )
        else:
            found = await self._desk.welcome(address, form["name"], form["code"])
            made = found if isinstance(found, Denied) else [found]
        if isinstance(made, Denied):
            return await self._show(address, wrong=made.why, filled=form, status=made.status)
        told = register_page.done(made, is_own=form["form"] != "operator")
        return await self._show(address, told=told, status=201)

    async def _show(
        self, address: str, *, told: str = "", wrong: str = "", filled: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> web.Response:  # fmt: skip
        visitor = await self._desk.visitor(address)
        token = self._token(address, int(self._steady()))
        text = register_page.page(
            self._desk.wording(), visitor, token, address=address, told=told, wrong=wrong, filled=filled
        )
        return web.Response(status=status, text=text, content_type="text/html", charset="utf-8", headers=HEADERS)

    def _say(self, status: int, text: str) -> web.Response:
        page = register_page.simple(self._desk.wording().title, text)
        return web.Response(status=status, text=page, content_type="text/html", charset="utf-8", headers=HEADERS)

    def _token(self, address: str, when: int) -> str:
        """Make what a form repeats, so that no page of others can send it for whoever sits there."""
        return f"{when}.{hmac.new(self._key, f'{address} {when}'.encode(), 'sha256').hexdigest()}"

    def _is_token(self, token: str, address: str) -> bool:
        when, _, _ = token.partition(".")
        if not when.isascii() or not when.isdecimal() or len(when) > 12:
            return False
        if not 0 <= self._steady() - int(when) < TOKEN_LIFE:
            return False
        return hmac.compare_digest(self._token(address, int(when)).encode(), token.encode())


class Posts:
    """Counts forms, so that nobody tries codes or fills a network; a minute counts from its first form."""

    def __init__(self) -> None:
        self._began: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._all = (0.0, 0)

    def may(self, address: str, now: float) -> bool:
        """Count one, and say whether it may come in."""
        own = self._began[address] = _counted(self._began.get(address), now)
        self._began.move_to_end(address)
        if len(self._began) > REMEMBERED:
            self._began.popitem(last=False)
        if own[1] > POSTS:
            return False
        self._all = _counted(self._all, now)
        return self._all[1] <= OF_ALL

    def __len__(self) -> int:
        return len(self._began)


def _counted(before: tuple[float, int] | None, now: float) -> tuple[float, int]:
    if before is None or now - before[0] >= SPAN:
        return now, 1
    return before[0], before[1] + 1


class _Room:
    """How many connections there are, in all and of each address."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}
        self.all = 0

    def enter(self, peer: str) -> bool:
        if self.all >= CONNECTIONS or self.of.get(peer, 0) >= OF_ADDRESS:
            return False
        self.all += 1
        self.of[peer] = self.of.get(peer, 0) + 1
        return True

    def leave(self, peer: str) -> None:
        self.all -= 1
        self.of[peer] -= 1
        if not self.of[peer]:
            del self.of[peer]


class _Connection(web.RequestHandler):
    """aiohttp's connection, for as long as there is room, and no longer than PATIENCE without a request."""

    __slots__ = ("_peer", "_room")

    def __init__(self, server: web.Server, room: _Room, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            server, loop=loop, keepalive_timeout=PATIENCE, lingering_time=0.5, auto_decompress=False,
            max_line_size=4096, max_field_size=4096, max_headers=64,
        )  # fmt: skip
        self._room = room
        self._peer: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in if there is room."""
        peer = str((transport.get_extra_info("peername") or ("",))[0])
        if not self._room.enter(peer):
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
            return
        self._peer = peer
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room."""
        if self._peer is not None:
            self._room.leave(self._peer)
            self._peer = None
        super().connection_lost(exc)

    def log_exception(self, *args: object, **kw: object) -> None:  # noqa: ARG002  # a stranger must not fill the log
        """Write one line."""
        log.get().debug("a connection to the registration page failed", why=repr(kw.get("exc_info")))


def _peer(request: web.BaseRequest) -> str:
    assert request.transport is not None
    return str(request.transport.get_extra_info("peername")[0]).removeprefix("::ffff:")


def _url(request: web.BaseRequest) -> str:
    """Give where the page is, by the address that the guest reached us at."""
    assert request.transport is not None
    host, port = request.transport.get_extra_info("sockname")[:2]
    return f"http://{str(host).removeprefix('::ffff:')}:{port}/"


def _is_own(request: web.BaseRequest) -> bool:
    """Say whether a form comes from a page of ours, as far as the browser tells."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    # A page without a referrer has the origin "null": the form's token decides then.
    return origin in (None, "null") or urlsplit(origin or "").netloc == request.headers.get("Host", "")


async def _form(request: web.BaseRequest) -> dict[str, str] | None:
    """Read a form; None: it is none."""
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    data = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.content.iter_any():
                data += chunk
                if len(data) > LARGEST:
                    return None
        fields = parse_qs(data.decode("utf-8"), keep_blank_values=True, max_num_fields=len(FIELDS) * 2)
    except (TimeoutError, ValueError):
        return None
    return {name: fields.get(name, [""])[0].strip() for name in FIELDS}
