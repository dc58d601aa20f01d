"""Runs the clients of clients.c against a daemon, and has what they were given judged."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.whole.checker.judge import Judge, records

SOURCE = Path(__file__).parent / "clients.c"
RECORD = 32  # octets
NETWORK = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["lo"]
port = PORT
probe = false
max_declines = 1000
[[dhcp.network]]
name = "crowd"
subnet = "127.80.0.0/16"
pools = ["POOL"]
lease_time = "60s"
[tftp]
listen = "off"
[http]
listen = "off"
"""


def compiled(folder: Path) -> Path | None:
    """Compile the clients; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    program = folder / "clients"
    subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(SOURCE)], check=True)
    return program


class Clients:
    """The running clients; leave the block and they end, each having asked once more for what it holds."""

    def __init__(self, program: Path, port: int, log: Path, *options: str) -> None:
        self.log = log
        self._command = [str(program), "-p", str(port), "-o", str(log), *options]
        self.told: dict[str, Any] = {}  # what they say at their end

    def __enter__(self) -> Clients:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        return self

    @property
    def is_running(self) -> bool:
        """Say whether they have more to do."""
        return self._process.poll() is None

    @property
    def written(self) -> int:
        """Count the records that they have written."""
        return self.log.stat().st_size // RECORD if self.log.exists() else 0

    def reached(self, records: int) -> bool:
        """Say whether they have written so many, or will write no more."""
        return self.written >= records or not self.is_running

    def stop(self) -> None:
        """Let them come to their end, and wait for it."""
        self._process.terminate()
        self.wait(60)

    def ask_all(self) -> None:
        """Let every client that holds a lease ask for it, as after a restart."""
        self._process.send_signal(signal.SIGUSR1)

    def wait(self, seconds: float) -> None:
        """Wait until they have done what they were told to do."""
        self._process.wait(seconds)

    def __exit__(self, *_: object) -> None:
        if self.is_running:
            self._process.terminate()
        try:
            said, _unused = self._process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise
        self.told = json.loads(said)

    def judged(self) -> Judge:
        """Judge what they were given."""
        judge = Judge()
        judge.hear(records(self.log))
        return judge
