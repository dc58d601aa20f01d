"""A whole daemon for tests: real processes on ports of its own, reached as its users reach it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ringboot.cli.client import Client
from ringboot.cli.exits import Failure
from ringboot.cli.main import app
from ringboot.sim.stage import free_ports

IN_A_PROCESS = ("serve", "demo", "init")  # commands that are more than a question to the daemon
# How a configuration on the loopback begins; `Daemon` names the places, and the ports are filled in.
LOOPBACK = """\
[server]
data = "DATA"
api_socket = "SOCKET"
address = "127.0.0.1"
[tftp]
listen = "127.0.0.1:{tftp}"
[http]
listen = "127.0.0.1:{http}"
[dhcp]
interfaces = ["lo"]
port = {dhcp}
"""
NO_ADMIN = '\n[admin]\nlisten = "off"\n'  # tests beside each other cannot all have its port
CEILING = 30.0  # seconds that any condition may take


def wait_until(
    condition: Callable[[], Any], what: str, ceiling: float = CEILING, say: Callable[[], str] = lambda: ""
) -> Any:
    """Wait until the condition gives something true, and give that; `say` adds to the complaint when it does not."""
    deadline = time.monotonic() + ceiling
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"waited {ceiling:.0f} s for: {what}{say()}"
        time.sleep(0.02)


def free_port() -> int:
    """Find a port that neither UDP nor TCP uses now."""
    return free_ports(1)[0]


class Daemon:
    """Start `ringboot serve` on a configuration, in a network namespace when one is named."""

    def __init__(self, folder: Path, config: str, namespace: str | None = None, before: str = "") -> None:
        """DATA and SOCKET in the configuration are filled in; `before` is Python that runs before its first line."""
        assert namespace or "[tftp]" in config, "tests beside each other cannot all have port 69 of this machine"
        self.folder = folder
        self.data = folder / "data"
        self.socket = self.data / "run" / "api.sock"
        self.config = folder / "ringboot.toml"
        config += "" if "[admin]" in config else NO_ADMIN
        self.config.write_text(config.replace("DATA", str(self.data)).replace("SOCKET", str(self.socket)))
        self.log = folder / "daemon.log"
        self._prefix = ["ip", "netns", "exec", namespace] if namespace else []
        self._start = ["-c", f"{before}\nfrom ringboot.__main__ import main\nmain()"] if before else ["-m", "ringboot"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Daemon:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._prefix, sys.executable, *self._start, "serve", "--config", str(self.config)],
                stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(self._ready, "the daemon to answer; its log:\n", say=self.log.read_text)
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return bool(self.get("status").get("dhcp", {}).get("connected"))
        except Failure:
            return False

    def get(self, *path: str) -> Any:
        """Read from the API without a command, which costs half a second; Failure."""
        with closing(Client([self.socket])) as api:
            return api.get(*path)

    def lease(self, address: str) -> dict[str, Any]:
        """Give what is known of an address."""
        row: dict[str, Any] = self.get("leases", address)
        return row

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the CLI against this daemon."""
        environment = {"RINGBOOT_API": str(self.socket), "COLUMNS": "160", "NO_COLOR": "1"}
        if arguments[0] in IN_A_PROCESS:
            done = subprocess.run(
                [sys.executable, "-m", "ringboot", *arguments], capture_output=True, text=True, check=False,
                env={**os.environ, **environment},
            )  # fmt: skip
        else:  # the same command without the half second that a process takes
            result = CliRunner().invoke(app, list(arguments), env=environment)
            if result.exception is not None and not isinstance(result.exception, SystemExit):
                raise result.exception
            done = subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)
        if check:
            assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}\n{self.log.read_text()[-3000:]}"
        return done

    def json(self, *arguments: str) -> Any:
        """Run a command with --json and give what it says."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def pid(self, part: str) -> int:
        """Give the process id of a part of the daemon."""
        return int(self._row(part)["pid"])

    def restarts(self, part: str) -> int:
        """Tell how often a part was started again."""
        return int(self._row(part)["restarts"])

    def _row(self, part: str) -> dict[str, Any]:
        rows: list[dict[str, Any]] = json.loads((self.data / "run" / "processes.json").read_text())
        return next(row for row in rows if row["name"] == part)

    def kill(self, part: str) -> None:
        """Kill a part and wait until it is there again."""
        before = self.pid(part)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: self.pid(part) not in (before, None), f"{part} to be started again")
        wait_until(self._ready, f"{part} to answer again")

    def __enter__(self) -> Daemon:
        """Start it."""
        try:
            return self.start()
        except BaseException:
            if self.process is not None:
                self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """End it as an administrator would."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
