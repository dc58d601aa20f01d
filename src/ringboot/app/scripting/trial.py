"""Reads the scripts of a configuration in a process of their own, before anything depends on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from ringboot.app.scripting.reading import read
from ringboot.host.loading import ScriptFault
from ringboot.setup import load
from ringboot.setup.problems import BadConfig

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


def answer(config: Path) -> int:
    """Do that, in the process of its own; gives the exit code."""
    with os.fdopen(os.dup(1), "w") as file:
        os.dup2(2, 1)  # what scripts print is no answer
        faults: list[Fault] = []
        hooks: list[dict[str, Any]] = []
        try:
            registry = read(load.load(config), beat=lambda: None)
            hooks = [
                {"kind": row.hook.kind, "name": row.hook.name, "place": row.place, "filters": row.filters}
                for row in registry.rows
            ]
        except ScriptFault as error:
            faults.append(Fault(error.path, error.line, error.why))
        except BadConfig as error:
            faults += [Fault(each.file, each.line, f"{each.key}: {each.what}") for each in error.problems]
        json.dump({"faults": faults, "hooks": hooks}, file)
    return 3 if faults else 0
