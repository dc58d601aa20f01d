"""What the API asks of the desk about work that takes a while."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

Row = dict[str, Any]


class JobDesk(Protocol):
    """Jobs: {id, kind, what, who, state, started, ended, doing, done, total, unit, result, problem, code, link,
    resumable}.
    """

    async def run_job(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Any:
        """Do work as a job, and give what comes of it."""
        ...

    async def begin_job(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Row:
        """Begin work as a job and give that."""
        ...

    async def jobs(self) -> list[Row]:
        """Give all that are remembered, the newest first."""
        ...

    async def job(self, ident: str) -> Row:
        """Give one."""
        ...

    async def resume_job(self, ident: str, who: str) -> Row:
        """Do what was interrupted again, as another job; gives that."""
        ...

    def follow_job(self, ident: str) -> AsyncIterator[tuple[str, Any]]:
        """Give ("job", row) at once and whenever it changes, until it has ended."""
        ...
