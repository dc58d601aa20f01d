"""What happened, for the administrator: the newest first, read on by a cursor."""

from __future__ import annotations

import asyncio
from typing import Any

from ringboot import reasons
from ringboot.desk.core import Core
from ringboot.desk.errors import Refused
from ringboot.fleet.books import EventFilter
from ringboot.model.event import Event

Row = dict[str, Any]
_STAGES = tuple(dict.fromkeys(row.stage for row in reasons.TABLE.values()))


class EventDesk:
    """What `ringboot event` needs."""

    core: Core

    async def events(self, wanted: EventFilter, before: int | None, limit: int) -> Row:
        """Give {"items": rows, "next": cursor for `before` or None}."""
        if wanted.reason is not None and wanted.reason not in reasons.TABLE:
            why = "is no reason; docs/reference/reasons.md has them all"
            raise Refused(f"{wanted.reason} {why}.", {"reason": why})
        if wanted.stage is not None and wanted.stage not in _STAGES:
            why = f"must be one of: {', '.join(_STAGES)}"
            raise Refused(f"stage {why}.", {"stage": why})

        def read() -> list[Event]:
            with self.core.db.reading() as books:
                return books.events.find(wanted, before, limit)

        found = await asyncio.to_thread(read)
        return {"items": list(map(event_row, found)), "next": found[-1].id if len(found) == limit else None}


def event_row(event: Event) -> Row:
    """Write an event with its text and what to do."""
    row = reasons.TABLE.get(event.reason)
    return {
        "id": event.id,
        "utc": event.utc,
        "stage": row.stage if row is not None else "?",
        "reason": event.reason,
        "text": reasons.tell(event.reason, event.detail),
        "help": reasons.advise(event.reason, event.detail),
        "mac": event.mac,
        "device": event.device,
        "address": event.address,
        "detail": event.detail,
    }
