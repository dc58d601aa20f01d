"""The process that only reads the scripts of a configuration, and says what is wrong with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ringboot.app.scripting.lookups import Lookups
from ringboot.app.scripting.reading import keep_within, read
from ringboot.host.loading import ScriptFault
from ringboot.host.trial import Fault
from ringboot.setup import load
from ringboot.setup.problems import BadConfig


def answer(config: Path) -> int:
    """Do that, in the process of its own; gives the exit code."""
    with os.fdopen(os.dup(1), "w") as file:
        os.dup2(2, 1)  # what scripts print is no answer
        faults: list[Fault] = []
        hooks: list[dict[str, Any]] = []
        try:
            settings = load.load(config)
            keep_within(settings.scripts.memory)
            registry = read(settings, beat=lambda: None)
            Lookups(settings).close()
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
