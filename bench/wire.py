"""Two network namespaces of our own, joined by a wire: a server's and the load generator's."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import TracebackType

SERVER_ADDRESS = "10.77.0.1"
CLIENT_ADDRESS = "10.77.0.2"
PREFIX = 16


class Wire:
    """The namespaces, for as long as the `with` block lasts."""

    def __init__(self) -> None:
        number = os.getpid()
        self.server = f"rb-bench-{number}-s"
        self.client = f"rb-bench-{number}-c"
        self.interface = "s0"

    def __enter__(self) -> Wire:
        for name in (self.server, self.client):
            _ip("netns", "add", name)
        try:
            _ip("link", "add", "s0", "netns", self.server, "type", "veth", "peer", "name", "c0", "netns", self.client)
            ends = ((self.server, "s0", SERVER_ADDRESS), (self.client, "c0", CLIENT_ADDRESS))
            for name, interface, address in ends:
                _ip("-n", name, "link", "set", "lo", "up")
                _ip("-n", name, "addr", "add", f"{address}/{PREFIX}", "dev", interface)
                _ip("-n", name, "link", "set", interface, "up")
                if shutil.which("ethtool"):  # a server that reads raw frames must see real checksums
                    self._run("netns", "exec", name, "ethtool", "-K", interface, "tx", "off", check=False)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in (self.server, self.client):
            self._run("netns", "del", name, check=False)

    def own(self, networks: list[str]) -> None:
        """Let the client's side hold every address of these networks, each three octets with dots."""
        for network in networks:
            _ip("-n", self.client, "route", "add", "local", f"{network}.0/24", "dev", "lo")

    def inside(self, namespace: str, command: list[str]) -> list[str]:
        """Give the command that runs another one inside a namespace; `ip` replaces itself, so the pid stays."""
        return ["ip", "netns", "exec", namespace, *command]

    @staticmethod
    def _run(*arguments: str, check: bool = True) -> None:
        subprocess.run(["ip", *arguments], check=check, capture_output=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
