"""Speaks to the measured daemon as its administrator does, and waits for what comes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.measure import Unable

CEILING = 300.0


class Teller:
    """Speaks to the daemon as its administrator."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def command(self, *words: str) -> list[str]:
        """Give a command line of ours."""
        return [sys.executable, "-m", "ringboot", *words, "--config", str(self._state / "ringboot.toml")]

    def __call__(self, *words: str) -> Any:
        """Run a command; gives what it says."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, env=os.environ, check=False)
        if done.returncode:
            raise Unable(f"ringboot {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if "--json" in words else done.stdout


def wait_for(condition: Any, what: str) -> None:
    """Wait for a condition; Unable when it does not come."""
    end = time.monotonic() + CEILING
    while not condition():
        if time.monotonic() > end:
            raise Unable(f"waited {CEILING:.0f} s for {what}")
        time.sleep(0.5)
