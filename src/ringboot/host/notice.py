"""Tells the service manager how we are (sd_notify(3)): ready, stopping, and alive as long as it watches us."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import MutableMapping

_PATIENCE = 1.0  # seconds, for what is said once
READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


class Notice:
    """The socket that systemd named when it started us; without one, nothing is said to anybody."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Take the variables out of the environment: they are not for the processes that we start."""
        address = environment.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        patience, meant = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        is_watched = patience.isdecimal() and meant in ("", str(os.getpid()))
        self._every = int(patience) / 2e6 if is_watched else None  # seconds
        self._told = float("-inf")

    def tell(self, *words: str) -> None:
        """Say something; whoever does not listen is not waited for."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.0 if words == (ALIVE,) else _PATIENCE)
            sock.sendto("\n".join(words).encode(), self._address)

    def alive(self, now: float) -> None:
        """Say that we turn, as often as it is wanted."""
        if self._every is not None and now - self._told >= self._every:
            self._told = now
            self.tell(ALIVE)
