"""Work that nobody waits for: it is held until it is done, and what goes wrong with it is logged."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from ringboot import log
from ringboot.desk.errors import DeskError
from ringboot.store.errors import StoreFailed


class Background:
    """The tasks of one loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Say how much is under way."""
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """Begin a piece of work; `what` names it in the log when it fails."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._over(done, what))

    def _over(self, task: asyncio.Task[None], what: str) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            foreseen = isinstance(error, DeskError | StoreFailed)
            log.get().error("work in the background failed", what=what, why=str(error) if foreseen else repr(error))
