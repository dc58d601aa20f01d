"""The hooks that are called again and again."""

from __future__ import annotations

import time

from ringboot.app.scripting.calls import Caller
from ringboot.model.scripting import TIMER
from ringboot.scripts.registry import Registry


class Timers:
    """Calls each when it is due; one that is late is not made up for."""

    def __init__(self, registry: Registry, caller: Caller) -> None:
        self._caller = caller
        self._rows = registry.of(TIMER)
        began = time.monotonic()
        self._due = [began + row.every for row in self._rows]

    def patience(self) -> float:
        """Give the seconds until the next is due."""
        return max(0.0, min(self._due) - time.monotonic()) if self._due else 1e9

    def look(self) -> None:
        """Call those that are due."""
        for place, row in enumerate(self._rows):
            now = time.monotonic()
            if self._due[place] <= now:
                self._due[place] = max(self._due[place] + row.every, now)
                self._caller.call(row, row.function, "")
