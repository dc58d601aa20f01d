"""The API of a daemon, asked over its unix socket: every answer is held to what the API says of itself."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from jsonschema_rs import Draft202012Validator

PREFIX = "/api/v1"


class Said(NamedTuple):
    """An answer that is as described."""

    status: int
    value: Any
    headers: dict[str, str]


class Api:
    """The API behind a socket, and its description."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.described: dict[str, Any] = {}
        self.good: set[tuple[str, str]] = set()  # what was answered with what was wanted
        status, _, text = self._sent("GET", "/openapi.json", b"", {})
        assert status == 200
        self.described = json.loads(text)

    @property
    def operations(self) -> set[tuple[str, str]]:
        """Give every method and path that is described."""
        return {(method.upper(), path) for path, each in self.described["paths"].items() for method in each}

    def ask(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None, *,
        headers: dict[str, str] | None = None, **named: object,
    ) -> Said:  # fmt: skip
        """Ask for a path of the description, whose braces are filled from `named`."""
        filled = path
        for name, value in named.items():
            filled = filled.replace(f"{{{name}}}", quote(str(value), safe=""))
        target = f"{filled}?{urlencode(query)}" if query else filled
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        status, found, text = self._sent(method, target, data, headers or {})
        kind = found.get("content-type", "").partition(";")[0]
        value = json.loads(text) if text and kind.endswith("json") else text.decode()
        self._check(method, path, status, kind, value)
        if status < 400:
            self.good.add((method, path))
        return Said(status, value, found)

    def _connected(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(60)
        connection.sock.connect(str(self._path))
        return connection

    def _sent(
        self, method: str, target: str, data: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        connection = self._connected()
        try:
            connection.request(method, f"{PREFIX}{target}", data, headers)
            with connection.getresponse() as response:
                # What does not end is heard as far as its first line.
                endless = response.headers.get_content_type() == "text/event-stream"
                text = response.readline() if endless else response.read()
                return response.status, {name.lower(): value for name, value in response.headers.items()}, text
        finally:
            connection.close()

    def watch(self, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Ask for a stream, to be read on."""
        connection = self._connected()
        connection.request("GET", f"{PREFIX}{path}")
        stream = connection.getresponse()
        assert stream.status == 200
        return connection, stream

    def _check(self, method: str, path: str, status: int, kind: str, value: Any) -> None:
        asked = f"{method} {path}: {status} {value if status >= 400 else ''}"
        answers = self.described["paths"][path][method.lower()]["responses"]
        assert str(status) in answers, f"{asked} is not described"
        answer = answers[str(status)]
        if "$ref" in answer:
            answer = self.described["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        if "content" not in answer:
            assert not value, f"{asked} has a body"
            return
        assert kind in answer["content"], f"{asked} is {kind}"
        schema = {**answer["content"][kind]["schema"], "components": self.described["components"]}
        wrong = [f"{each.instance_path}: {each.message}" for each in Draft202012Validator(schema).iter_errors(value)]
        assert not wrong, f"{asked}: {wrong[:5]}"
