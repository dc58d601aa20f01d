"""A real server of files by HTTP or HTTPS, with ETags and ranges, which can break off; and a real forward proxy."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import re
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.certificates import Pair


@dataclass
class Web:
    """Files by path, and how they are served; `asked` holds what clients sent."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: int | None = None  # octets of each answer, before the connection ends
    etag: bool = True
    ranges: bool = True
    hangs_up: tuple[int, ...] = ()  # requests that get no answer at all, counted from 1
    asked: list[tuple[str, str]] = field(default_factory=list)  # path, Range
    place: str = "http://127.0.0.1"

    def url(self, path: str) -> str:
        """Name a file."""
        return f"{self.place}:{self.port}{path}"


class _Server(ThreadingTCPServer):
    daemon_threads = False  # the end of the server waits for those who still talk
    allow_reuse_address = True


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _running(handler: type[BaseRequestHandler], pair: Pair | None = None) -> Iterator[int]:
    server = _Server(("127.0.0.1", 0), handler)
    if pair is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(pair: Pair | None = None) -> Iterator[Web]:
    """Serve files until the end of the block; by HTTPS as localhost where there is a certificate."""
    web = Web(place="http://127.0.0.1" if pair is None else "https://localhost")

    class Handler(_Quiet):
        def do_GET(self) -> None:
            span = self.headers.get("Range", "")
            web.asked.append((self.path, span))
            if len(web.asked) in web.hangs_up:
                self.close_connection = True
                return
            data = web.files.get(self.path)
            if data is None:
                self.send_error(404)
                return
            tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
            found = re.fullmatch(r"bytes=(\d+)-", span) if web.ranges else None
            same = self.headers.get("If-Range") in (None, tag)
            first = int(found[1]) if found and same else 0
            if first >= len(data) > 0:
                self.send_error(416)
                return
            self.send_response(206 if found and same else 200)
            if found and same:
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
            if web.etag:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(data) - first))
            self.end_headers()
            self.wfile.write(data[first:] if web.cut_after is None else data[first : first + web.cut_after])
            if web.cut_after is not None:
                self.close_connection = True

    with _running(Handler, pair) as web.port:
        yield web


@contextmanager
def behaving(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Let a server talk to each client as no server should, until the end of the block; gives its URL."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):
                talk(self.request)

    with _running(Handler) as port:
        yield f"http://127.0.0.1:{port}/a"


@dataclass
class Proxy:
    """What went through."""

    url: str = ""
    forwarded: list[str] = field(default_factory=list)
    tunnels: list[str] = field(default_factory=list)  # where it was asked to connect to


@contextmanager
def forwarding(password: str = "") -> Iterator[Proxy]:
    """Forward requests for absolute URLs until the end of the block; for user "me" alone where there is a password."""
    proxy = Proxy()
    wanted = f"Basic {base64.b64encode(f'me:{password}'.encode()).decode()}"

    class Handler(_Quiet):
        hop: ClassVar = ("proxy-authorization", "proxy-connection", "connection", "host")

        def do_GET(self) -> None:
            if password and self.headers.get("Proxy-Authorization") != wanted:
                self.send_error(407)
                return
            place = urlsplit(self.path)
            assert place.hostname is not None, "a proxy is asked for whole URLs"
            proxy.forwarded.append(self.path)
            onward = http.client.HTTPConnection(place.hostname, place.port or 80, timeout=10)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in self.hop}
            onward.request("GET", place.path, headers=headers)
            answer = onward.getresponse()
            self.send_response(answer.status)
            for name in ("ETag", "Content-Length", "Content-Range"):
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(answer.read())
            except http.client.IncompleteRead as error:
                self.wfile.write(error.partial)
                self.close_connection = True
            onward.close()

        def do_CONNECT(self) -> None:
            proxy.tunnels.append(self.path)
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=10) as onward:
                self.send_response(200)
                self.end_headers()
                _tunnel(self.connection, onward)
            self.close_connection = True

    with _running(Handler) as port:
        proxy.url = f"http://127.0.0.1:{port}"
        yield proxy


def _tunnel(one: socket.socket, other: socket.socket) -> None:
    """Carry octets both ways until one side has no more."""
    across = {one: other, other: one}
    while ready := select.select(list(across), [], [], 10)[0]:
        for side in ready:
            data = side.recv(65536)
            if not data:
                return
            across[side].sendall(data)
