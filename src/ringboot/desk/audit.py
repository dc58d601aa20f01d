"""Who asked for which change, for the administrator."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.listing import Page, Query
from ringboot.model.audit import AuditEntry

Row = dict[str, Any]


class AuditDesk:
    """What `ringboot audit` needs, and what writes it down."""

    core: Core

    async def write_down(self, row: Row) -> None:
        """Keep one request: the keys of an AuditEntry but utc and id; it is on the disk when this returns."""
        entry = AuditEntry(utc=self.core.utc(), **row)
        await self.core.db.write(lambda books: books.audit.add(entry), is_note=True)

    async def audit(self, query: Query, since: float | None, until: float | None) -> Page:
        """Give a page, the newest first unless it is sorted; `since` and `until` are UTC seconds."""
        return await asyncio.to_thread(self._audited, query, since, until)

    def _audited(self, query: Query, since: float | None, until: float | None) -> Page:
        with self.core.db.reading() as books:
            total, entries = books.audit.page(**query._asdict(), since=since, until=until)
        return Page(total, [asdict(entry) for entry in entries])
