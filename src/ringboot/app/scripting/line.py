"""The unix socket that dhcp and main come to: frames in and out, on a thread that also gives the sign of life.

A hook that holds the interpreter for ever stops this thread, too; one that merely ignores its time limit does not, so
`is_well` is asked before each beat.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ringboot import log
from ringboot.host.beat import BEAT

Frame = dict[str, Any]

HEADER = 4
LONGEST = 8 << 20  # octets of a frame
ROOM = 8 << 20  # octets that wait for a peer before a frame is dropped
READ = 256 << 10
OFTEN = BEAT / 4  # seconds between two beats


class Peer:
    """dhcp or main, at the other end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.who = ""  # until it has said so
        self.out = bytearray()
        self._in = bytearray()

    def take(self) -> list[Frame]:
        """Read what is there; ConnectionError when the peer is gone, ValueError when it breaks the rules."""
        try:
            data = self.connection.recv(READ)
        except BlockingIOError:
            return []
        if not data:
            raise ConnectionError
        self._in += data
        found: list[Frame] = []
        while len(self._in) >= HEADER:
            size = int.from_bytes(self._in[:HEADER], "big")
            if size > LONGEST:
                raise ValueError(f"a frame of {size} octets")
            if len(self._in) < HEADER + size:
                break
            frame = json.loads(self._in[HEADER : HEADER + size])
            del self._in[: HEADER + size]
            if not isinstance(frame, dict) or not isinstance(frame.get("t"), str):
                raise ValueError("a frame that is none")
            found.append(frame)
        return found

    def put(self, data: bytes) -> bool:
        """Queue a frame; False when the peer does not read."""
        if len(self.out) + len(data) > ROOM:
            return False
        self.out += len(data).to_bytes(HEADER, "big")
        self.out += data
        return True

    def flush(self) -> None:
        """Send what it takes now; ConnectionError."""
        while self.out:
            try:
                sent = self.connection.send(self.out[:READ])
            except BlockingIOError:
                return
            del self.out[:sent]


class Line:
    """The thread, and what other threads may ask of it."""

    def __init__(
        self,
        listener: socket.socket,
        beat: int,
        is_well: Callable[[], bool],
        on_frame: Callable[[str, Frame], None],
        on_gone: Callable[[], None],
    ) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._beat = beat
        self._is_well = is_well
        self._on_frame = on_frame  # who, and what; on this thread
        self._on_gone = on_gone  # the supervisor is not there any more
        self._greeting: Frame = {}
        self._peers: dict[int, Peer] = {}
        self._todo: deque[tuple[str, Frame]] = deque()
        self._selector = selectors.DefaultSelector()
        self._awake, self._wake = os.pipe()
        os.set_blocking(self._awake, False)
        os.set_blocking(self._wake, False)
        self._waiting: dict[int, tuple[threading.Event, list[Frame]]] = {}
        self._count = 0
        self._dropped = 0

    def start(self, greeting: Frame) -> None:
        """Listen from now on; every peer is sent the greeting when it has said who it is."""
        self._greeting = greeting
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._awake, selectors.EVENT_READ)
        threading.Thread(target=self._run, name="line", daemon=True).start()

    def send(self, who: str, frame: Frame) -> None:
        """Send a frame to everybody of this name; from any thread, at once or never."""
        self._todo.append((who, frame))
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"!")

    def drain(self) -> None:
        """Wait a moment until what is to be sent has left; not on this thread."""
        until = time.monotonic() + OFTEN
        while time.monotonic() < until and (self._todo or any(peer.out for peer in list(self._peers.values()))):
            time.sleep(0.001)

    def is_there(self, who: str) -> bool:
        """Tell whether somebody of this name is connected."""
        return any(peer.who == who for peer in list(self._peers.values()))

    def ask(self, who: str, frame: Frame, seconds: float) -> Frame:
        """Send a question with an id, and wait for what comes back with it; TimeoutError.  Not on this thread."""
        if not self.is_there(who):
            raise TimeoutError(f"{who} is not there")
        self._count += 1
        number, event, found = self._count, threading.Event(), list[Frame]()
        self._waiting[number] = (event, found)
        try:
            self.send(who, {**frame, "id": number})
            if not event.wait(seconds):
                raise TimeoutError(f"{who} did not answer within {seconds:g} s")
            return found[0]
        finally:
            self._waiting.pop(number, None)

    def answered(self, frame: Frame) -> None:
        """Bring an answer to whoever waits for it."""
        waiting = self._waiting.get(frame.get("id", 0))
        if waiting is not None:
            waiting[1].append(frame)
            waiting[0].set()

    def _run(self) -> None:
        due = 0.0
        while True:
            for key, events in self._selector.select(OFTEN):
                self._ready(key, events)
            while self._todo:
                who, frame = self._todo.popleft()
                self._give(who, frame)
            if time.monotonic() >= due and self._is_well():
                due = time.monotonic() + OFTEN
                try:
                    os.write(self._beat, b".")
                except OSError:
                    self._on_gone()
                    return

    def _ready(self, key: selectors.SelectorKey, events: int) -> None:
        if key.fileobj is self._listener:
            with contextlib.suppress(OSError):
                connection, _ = self._listener.accept()
                self._peers[connection.fileno()] = Peer(connection)
                self._selector.register(connection, selectors.EVENT_READ)
        elif key.fd == self._awake:
            with contextlib.suppress(BlockingIOError):
                os.read(self._awake, 4096)
        elif (peer := self._peers.get(key.fd)) is not None:
            self._serve(peer, events)

    def _serve(self, peer: Peer, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                self._flush(peer)
            frames = peer.take() if events & selectors.EVENT_READ else []
        except (OSError, ValueError) as error:
            if isinstance(error, ValueError):
                log.get().error("a peer sent what is no frame", who=peer.who, why=str(error))
            self._drop(peer)
            return
        for frame in frames:
            if frame["t"] == "role":
                for older in [each for each in self._peers.values() if each.who == frame.get("who")]:
                    self._drop(older)  # whoever comes anew has lost it
                peer.who = str(frame.get("who"))
                self._give(peer.who, self._greeting)
            if peer.who:
                self._on_frame(peer.who, frame)

    def _give(self, who: str, frame: Frame) -> None:
        data = json.dumps(frame, separators=(",", ":")).encode()
        for peer in [each for each in self._peers.values() if each.who == who]:
            if not peer.put(data):
                self._dropped += 1
                continue
            try:
                self._flush(peer)
            except OSError:
                self._drop(peer)

    def _flush(self, peer: Peer) -> None:
        peer.flush()
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.out else 0)
        self._selector.modify(peer.connection, events)

    def _drop(self, peer: Peer) -> None:
        self._peers.pop(peer.connection.fileno(), None)
        self._selector.unregister(peer.connection)
        peer.connection.close()
