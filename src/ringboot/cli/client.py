"""Speaks HTTP with the daemon, over its unix socket or the network; standard library only: commands start fast."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from ringboot.cli.exits import BUSY, CONFIGURATION, FAILED, NOT_FOUND, UNREACHABLE, Failure

if TYPE_CHECKING:
    from ringboot.cli.remote import Remote

PREFIX = "/api/v1"
PATIENCE = 600.0  # seconds; rendering a whole fleet takes its time
_BY_STATUS = {404: NOT_FOUND, 429: BUSY, 503: BUSY}

Parameters = Iterable[tuple[str, str]]


class _Local(http.client.HTTPConnection):
    def __init__(self, path: Path, patience: float) -> None:
        super().__init__("localhost", timeout=patience)
        self._path, self._patience = path, patience

    def connect(self) -> None:
        """Connect to the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self._patience)
            self.sock.connect(str(self._path))
        except BaseException:
            self.sock.close()
            raise


def _was_hung_up(connection: http.client.HTTPConnection) -> bool:
    """Tell whether the daemon ended a connection that it heard nothing on for some seconds."""
    return connection.sock is not None and bool(select.select([connection.sock], [], [], 0)[0])


class Client:
    """The API of one daemon; Failure carries what it refuses, or that it cannot be reached."""

    def __init__(self, sockets: Sequence[Path], patience: float | None = None, remote: Remote | None = None) -> None:
        """`remote`: a daemon elsewhere, instead of the sockets."""
        self._sockets = tuple(sockets)
        self._remote = remote
        self._patience = PATIENCE if patience is None else patience
        self._connection: http.client.HTTPConnection | None = None

    def get(self, *path: str, parameters: Parameters = ()) -> Any:
        """Read something; the parts of the path are quoted here."""
        return self._ask("GET", path, parameters)

    def post(self, *path: str, body: Any = None, parameters: Parameters = ()) -> Any:
        """Add or do something."""
        return self._ask("POST", path, parameters, {} if body is None else body)

    def patch(self, *path: str, body: Any, parameters: Parameters = ()) -> Any:
        """Change some keys of something."""
        return self._ask("PATCH", path, parameters, body)

    def put(self, *path: str, body: Any) -> Any:
        """Set something."""
        return self._ask("PUT", path, (), body)

    def delete(self, *path: str, parameters: Parameters = ()) -> Any:
        """Remove something."""
        return self._ask("DELETE", path, parameters)

    def upload(self, file: Path, *path: str) -> Any:
        """Send a file as it is."""
        try:
            with file.open("rb") as opened:
                return self._sent("PUT", self._target(path), opened, {"Content-Length": str(file.stat().st_size)})
        except OSError as error:
            raise Failure(f"{file} cannot be read: {error.strerror}.", FAILED) from None

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()

    def _ask(self, method: str, path: Sequence[str], parameters: Parameters, body: Any = None) -> Any:
        question = urlencode(list(parameters))
        target = f"{self._target(path)}?{question}" if question else self._target(path)
        data = None if body is None else json.dumps(body).encode()
        return self._sent(method, target, data, {} if data is None else {"Content-Type": "application/json"})

    @staticmethod
    def _target(path: Sequence[str]) -> str:
        return "/".join((PREFIX, *(quote(part, safe="") for part in path)))

    def _sent(self, method: str, target: str, data: Any, headers: dict[str, str]) -> Any:
        connection = self._connected()
        if self._remote is not None:
            headers = {**headers, **self._remote.headers}
        try:
            connection.request(method, target, data, headers)
            with connection.getresponse() as response:
                answer = response.read()
                status = response.status
        except TimeoutError:
            raise Failure(f"The daemon did not answer within {self._patience:.0f} s. Look at its log.", BUSY) from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Failure(
                f"The daemon ended before it answered ({error or type(error).__name__}). Look at its log.", UNREACHABLE
            ) from None
        return _read(status, answer)

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is not None and _was_hung_up(self._connection):
            self._connection.close()
            self._connection = None
        if self._connection is None:
            if self._remote is not None:
                self._connection = self._remote.connect(self._patience)
            else:
                self._connection = _reach(self._sockets, self._patience)
        return self._connection


def _reach(sockets: Sequence[Path], patience: float) -> _Local:
    """Connect to the first socket on which somebody answers."""
    refused: list[Path] = []
    for path in sockets:
        connection = _Local(path, patience)
        try:
            connection.connect()
        except PermissionError:
            refused.append(path)
        except OSError:
            continue
        else:
            return connection
    if refused:
        raise Failure(
            f"You may not use {refused[0]}. "
            "Run the command as root or as the daemon's user, or join the group ringboot.",
            FAILED,
        )
    places = " or ".join(str(path) for path in sockets)
    raise Failure(
        f"No daemon answers on {places}. "
        "Start it with: ringboot serve. If it runs, say where: --config or --api-socket.",
        UNREACHABLE,
    )


def _read(status: int, answer: bytes) -> Any:
    try:
        value = json.loads(answer) if answer else None
    except ValueError:
        value = None
    if status < 400:
        return value
    if not isinstance(value, dict) or "detail" not in value:
        said = answer.decode(errors="replace").strip() or "nothing"
        raise Failure(f"The daemon answered {status}: {said:.200}", _BY_STATUS.get(status, FAILED))
    code = CONFIGURATION if value.get("code") == "configuration" else _BY_STATUS.get(status, FAILED)
    raise Failure(str(value["detail"]), code, fields=value.get("fields") or {}, reason=str(value.get("code", "")))
