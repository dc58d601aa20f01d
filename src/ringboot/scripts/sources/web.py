"""A web service: told of a client by HTTP, answers with JSON: null or {} for one that it does not know."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.source import Place, Record, SourceFailed

LARGEST = 1 << 20  # octets of an answer
_AGENT = "ringboot"
_NO_CONTENT = 204


class HttpSource:
    """A service that is asked for each client; connections are kept.  Redirects are not followed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._parts = urlsplit(place.url)
        self.reads = tuple(place.send)
        self._tls = ssl.create_default_context(cafile=place.ca) if self._parts.scheme == "https" else None
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._closed = False
        self._running: dict[int, http.client.HTTPConnection] = {}

    def lookup(self, client: Client) -> Sequence[Record]:
        """Ask; a kept connection that the service has closed is made again once."""
        said: dict[str, object] = dict(self._place.parameters)
        said |= {name: getattr(client, fact) for fact, name in self._place.send.items()}
        kept = self._taken()
        thread = threading.get_ident()
        try:
            if kept is not None:
                with suppress(ConnectionError, http.client.BadStatusLine):
                    return self._records(*self._exchange(kept, said, thread))
            return self._records(*self._exchange(self._connection(), said, thread))
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise SourceFailed(f"{self._parts.hostname} does not answer: {why}") from None
        finally:
            self._running.pop(thread, None)

    def _taken(self) -> http.client.HTTPConnection | None:
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def _connection(self) -> http.client.HTTPConnection:
        host, port, wait = self._parts.hostname or "", self._parts.port, self._place.timeout
        if self._tls is not None:
            return http.client.HTTPSConnection(host, port, timeout=wait, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=wait)

    def _exchange(
        self, connection: http.client.HTTPConnection, said: Mapping[str, object], thread: int
    ) -> tuple[int, bytes]:
        self._running[thread] = connection
        path = self._parts.path or "/"
        query = self._parts.query
        headers = {"Accept": "application/json", "User-Agent": _AGENT, **self._place.headers}
        body = None
        if self._place.post:
            body = json.dumps(said).encode()
            headers["Content-Type"] = "application/json"
        else:
            more = urlencode({name: value for name, value in said.items() if value is not None})
            query = f"{query}&{more}" if query else more
        try:
            connection.request("POST" if body else "GET", f"{path}?{query}" if query else path, body, headers)
            answer = connection.getresponse()
            data = answer.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise SourceFailed(f"its answer has more than {LARGEST >> 20} MiB")
        except BaseException:
            connection.close()
            raise
        if answer.will_close or self._closed:
            connection.close()
        else:
            self._idle.append(connection)
        return answer.status, data

    def _records(self, status: int, data: bytes) -> Sequence[Record]:
        if status == _NO_CONTENT:
            return []
        if status != http.client.OK:
            raise SourceFailed(f"{self._parts.hostname} answers with status {status}")
        try:
            answer = json.loads(data)
        except ValueError:
            raise SourceFailed(f"{self._parts.hostname} answers with what is no JSON") from None
        rows = answer if isinstance(answer, list) else [answer] if answer else []
        if not all(isinstance(each, dict) for each in rows):
            raise SourceFailed(f"{self._parts.hostname} answers with JSON that is no object, nor a list of them")
        return [each for each in rows if each]

    def give_up(self, thread: int) -> None:
        """Break the connection that a thread waits at: a service may send an octet a second for ever."""
        connection = self._running.get(thread)
        with suppress(OSError):
            if connection is not None and connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
