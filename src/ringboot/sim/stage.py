"""A daemon for a simulation: on the loopback, with ports that nobody uses and a data folder that goes away."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

START = 60.0  # seconds that it may take to come up
RELAY = "127.77.0.2"  # where the phones' DHCP messages come from
_CONFIG = """\
# The demo's configuration: everything on the loopback, on ports that need no right.
[server]
data = "{folder}/data"
api_socket = "{folder}/data/run/api.sock"
address = "127.0.0.1"

[dhcp]
interfaces = ["lo"]
port = {dhcp}

[[dhcp.network]]
name = "phones"
subnet = "127.77.0.0/16"
pools = ["{pool}"]
lease_time = "10m"
options = {{ routers = "127.77.0.1", domain-name-servers = "127.0.0.1" }}

[tftp]
listen = "127.0.0.1:{tftp}"

[http]
listen = "127.0.0.1:{http}"

[admin]
listen = "off"
"""


class StageFailed(Exception):
    """The daemon did not come up; says what its log says."""


class Stage:
    """Start with `open`, end with `close`."""

    def __init__(self, pool: str = "127.77.1.1-127.77.1.250") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ringboot-demo-"))
        self.dhcp, self.tftp, self.http = free_ports(3)
        self.config = self.folder / "ringboot.toml"
        ports = {"dhcp": self.dhcp, "tftp": self.tftp, "http": self.http}
        self.config.write_text(_CONFIG.format(folder=self.folder, pool=pool, **ports))
        self.log = self.folder / "daemon.log"
        self._daemon: subprocess.Popen[bytes] | None = None  # asyncio would kill it when the loop ends

    async def open(self) -> None:
        """Start the daemon and wait until it answers; StageFailed."""
        with self.log.open("wb") as log:
            self._daemon = subprocess.Popen(  # noqa: ASYNC220  starting it takes a moment, once
                [sys.executable, "-m", "ringboot", "serve", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START):
                while True:
                    if await self._answers():
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise StageFailed(self.log.read_text()) from None

    async def _answers(self) -> bool:
        if self._daemon is not None and self._daemon.poll() is not None:
            raise StageFailed(self.log.read_text())
        code, told = await self._run("status")
        return code == 0 and bool(told["dhcp"]["connected"])

    async def command(self, *words: str) -> Any:
        """Run a command of the program against this daemon, as a person would, and give its JSON."""
        code, told = await self._run(*words)
        if code:
            raise StageFailed(f"ringboot {' '.join(words)}: {told}")
        return told

    async def _run(self, *words: str) -> tuple[int, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ringboot", *words, "--json", "--config", str(self.config),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        if process.returncode:
            return process.returncode, (errors or out).decode(errors="replace").strip()
        return 0, json.loads(out) if out.strip() else None

    def let_go(self) -> int:
        """Leave the daemon running; gives its process id."""
        return 0 if self._daemon is None else self._daemon.pid

    async def close(self) -> None:
        """End the daemon and remove its folder."""
        if self._daemon is not None and self._daemon.poll() is None:
            self._daemon.terminate()
            await asyncio.to_thread(self._daemon.wait)
        shutil.rmtree(self.folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Find ports that nobody uses, below those that the kernel gives out by chance while a daemon starts."""
    found: list[int] = []
    while len(found) < count:
        port = 15_000 + secrets.randbelow(15_000)
        with socket.socket(type=socket.SOCK_STREAM) as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            try:
                stream.bind(("", port))
                datagrams.bind(("", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
