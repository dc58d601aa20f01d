"""A receiver of webhooks on the loopback: keeps every message, and answers as it is told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Message(NamedTuple):
    """One message as it came."""

    headers: dict[str, str]
    body: bytes


class Receiver:
    """A server with a thread of its own; `statuses` are given one after the other, then 204."""

    def __init__(self, *statuses: int, location: str = "") -> None:
        self.messages: list[Message] = []
        self.statuses = list(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                receiver.messages.append(Message(dict(self.headers.items()), body))
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?key=hidden"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def events(self) -> list[str]:
        """Name the events that were taken or not, as they came."""
        return [each.headers["Ringboot-Event"] for each in self.messages]

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
