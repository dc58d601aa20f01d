"""What is the same for everybody who looks: asked of the API once for all of them, however many pages are open."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from ringboot.admin.asking import Answer
from ringboot.admin.pages.rates import Rates

FRESH = 2.0  # seconds that an answer serves everybody
_LAZY = 10  # times as long as it took to find out, at least: a look shall cost a tenth of a processor at most


class Shared:
    """Answers of the last seconds, by path; only for what shows every role the same."""

    def __init__(self) -> None:
        self.rates = Rates()
        self._kept: dict[str, tuple[float, Answer]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, path: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Give what was answered a moment ago, or ask; others wait for the same answer meanwhile."""
        async with self._asking[path]:
            until, answer = self._kept.get(path, (0.0, None))
            began = time.monotonic()
            if answer is None or began >= until:
                answer = await ask()
                now = time.monotonic()
                if answer.status not in (401, 403):
                    self._kept[path] = (now + max(FRESH, _LAZY * (now - began)), answer)
            return answer
