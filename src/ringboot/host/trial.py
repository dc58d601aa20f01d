"""Reads the scripts of a configuration in a process of their own, before anything depends on them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 15.0  # seconds that all of them may take
CHECK = "--check"


class Fault(NamedTuple):
    """What is wrong: with a file, in a line of it."""

    path: str
    line: int | None
    why: str

    def __str__(self) -> str:
        """Write it as rules.py:3: ... is."""
        return f"{self.path}{f':{self.line}' if self.line else ''}: {self.why}"


def attempt(config: Path, patience: float = PATIENCE) -> tuple[list[Fault], list[dict[str, Any]]]:
    """Give what is wrong with the scripts of a configuration, and the hooks that they bring."""
    command = [sys.executable, "-m", "ringboot.app.scripting", CHECK, str(config)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return [Fault(str(config), None, f"its scripts were not read within {patience:g} s")], []
    try:
        said = json.loads(done.stdout)
    except ValueError:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        why = f"the process that read its scripts ended ({done.returncode}): {' '.join(words)}"
        return [Fault(str(config), None, why)], []
    return [Fault(*each) for each in said["faults"]], said["hooks"]
