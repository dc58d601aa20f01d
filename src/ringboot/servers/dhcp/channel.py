"""The unix socket to main, or to scripts: one connection, length-prefixed JSON, bounded both ways, never waited for."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Frame = dict[str, Any]

HEADER = 4
LONGEST = 1 << 20  # octets in a frame from main
ROOM = 8 << 20  # octets that wait for main before an answer is dropped
SEND = 256 << 10
READ = 32 << 10  # octets taken at once: a few hundred rows, some milliseconds


class Channel:
    """The end of the channel that dhcp holds; the newest connection wins."""

    def __init__(self, listener: socket.socket | None) -> None:
        self._listener = listener
        self._connection: socket.socket | None = None
        self._in = bytearray()
        self._out = bytearray()
        if listener is not None:
            listener.setblocking(False)

    @property
    def listener(self) -> socket.socket | None:
        """Give the listening socket, for the loop to watch."""
        return self._listener

    @property
    def connection(self) -> socket.socket | None:
        """Give the connection, for the loop to watch."""
        return self._connection

    @property
    def backlog(self) -> int:
        """Tell how many octets wait for main to read."""
        return len(self._out)

    def accept(self) -> bool:
        """Take a waiting connection in place of the one there is; False when there is none."""
        if self._listener is None:
            return False
        try:
            fresh, _ = self._listener.accept()
        except OSError:
            return False
        self.drop()
        fresh.setblocking(False)
        self._connection = fresh
        return True

    def connect(self, path: Path) -> bool:
        """Connect to who listens at a path, without waiting; False when nobody does, or too many wait there."""
        fresh = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        fresh.setblocking(False)
        try:
            fresh.connect(str(path))
        except OSError:
            fresh.close()
            return False
        self.drop()
        self._connection = fresh
        return True

    def drop(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._in.clear()
        self._out.clear()

    def send(self, frame: Frame) -> bool:
        """Queue a frame and send what main takes; False: dropped, because main is not there or not reading."""
        if self._connection is None:
            return False
        data = json.dumps(frame, separators=(",", ":")).encode()
        if len(self._out) + len(data) > ROOM:
            return False
        self._out += len(data).to_bytes(HEADER, "big")
        self._out += data
        self.flush()
        return self._connection is not None

    def flush(self) -> None:
        """Send what main takes now."""
        while self._out and self._connection is not None:
            try:
                sent = self._connection.send(self._out[:SEND])
            except BlockingIOError:
                return
            except OSError:
                self.drop()
                return
            del self._out[:sent]

    def frames(self) -> Iterator[Frame]:
        """Read what is there, up to READ octets, and give the frames; a connection that breaks the rules is ended."""
        if self._connection is None:
            return
        try:
            data = self._connection.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop()
            return
        self._in += data
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        if len(self._in) < HEADER:
            return None
        size = int.from_bytes(self._in[:HEADER], "big")
        if size > LONGEST:
            self.drop()
            return None
        if len(self._in) < HEADER + size:
            return None
        data = bytes(self._in[HEADER : HEADER + size])
        del self._in[: HEADER + size]
        try:
            frame = json.loads(data)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            self.drop()
            return None
        return frame

    def close(self) -> None:
        """End the connection; the listening socket is the supervisor's."""
        self.drop()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
