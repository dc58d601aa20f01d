"""What the API asks of the desk about networks, classes, and what happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from ringboot.fleet.books import EventFilter

Row = dict[str, Any]


class NetworkDesk(Protocol):
    """Networks: {name, subnet, segment, interfaces, pools, size, used, declined, free, leases, reservations, ...}."""

    async def networks(self) -> list[Row]:
        """Give all, in file order."""
        ...

    async def network(self, name: str) -> Row:
        """Give one, also with what each of its pools has of its own."""
        ...

    async def network_addresses(self, name: str, first: str | None, limit: int) -> Row:
        """Give {"items": runs {first, last, count, state}, "next": address or None, ...}."""
        ...

    async def classes(self) -> list[Row]:
        """Give classes: {name, source, match, options, lease_time, leases}."""
        ...


class EventDesk(Protocol):
    """What happened: {id, utc, stage, reason, text, help, mac, device, address, detail}."""

    async def events(self, wanted: EventFilter, before: int | None, limit: int) -> Row:
        """Give {"items": rows, the newest first, "next": cursor for `before` or None}."""
        ...

    def watch(self) -> AsyncIterator[tuple[str, Any]]:
        """Give (kind, value) of what is new, as it comes; Busy when too many watch."""
        ...
