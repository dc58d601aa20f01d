"""What both file doors do alike: ask the fleet, wait so long and no longer, report, count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping

from ringboot import log
from ringboot.model.file import FileRequest, Refuse, Sent, Serve, masked
from ringboot.reasons import NOT_ANSWERED, SERVED, Reason

Answer = Callable[[FileRequest], Awaitable[Serve | Refuse]]
AtOnce = Callable[[FileRequest], Serve | Refuse | None]  # None: it takes a while to say
Report = Callable[[Sent], None]
Counters = MutableMapping[tuple[str, str], int]  # (door, reason) -> requests

PATIENCE = 10.0  # seconds: the file may have to be rendered first


class FileDoor:
    """One door's way to the fleet; `name` is tftp or http."""

    def __init__(
        self,
        name: str,
        answer: Answer,
        report: Report,
        counters: Counters,
        patience: float = PATIENCE,
        *,
        at_once: AtOnce | None = None,
    ) -> None:
        self.name = name
        self.log = log.get(door=name)
        self._answer = answer
        self._report = report
        self._counters = counters
        self._patience = patience
        self._at_once = at_once

    def count(self, reason: Reason | str) -> None:
        """Count a request by what became of it."""
        key = (self.name, reason if isinstance(reason, str) else reason.id)
        self._counters[key] = self._counters.get(key, 0) + 1

    async def ask(self, request: FileRequest) -> Serve | Refuse | None:
        """Ask what to send; None when nobody said in time. Whoever waits may be cancelled."""
        try:
            reply = self._at_once(request) if self._at_once is not None else None
            if reply is None:
                async with asyncio.timeout(self._patience):
                    reply = await self._answer(request)
        except TimeoutError:
            self.log.error("no answer in time", path=masked(request.path), peer=request.peer)
        except Exception as error:  # a fault behind the door must not close the door
            self.log.error("no answer", path=masked(request.path), peer=request.peer, error=repr(error))
        else:
            if isinstance(reply, Refuse):
                self.count(reply.reason)
                return reply
            return reply
        self.count(NOT_ANSWERED)
        return None

    def sent(self, sent: Sent) -> None:
        """Report and count how a served file went."""
        self.count(sent.reason or SERVED)
        self._report(sent)
