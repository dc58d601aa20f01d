"""What the API asks of the desk about machines that boot from the network."""

from __future__ import annotations

from typing import Any, Protocol

from ringboot.desk.listing import Page, Query

Row = dict[str, Any]


class MachineDesk(Protocol):
    """Machines: {id, mac, ip, model, config, description, state, since, who, asked}."""

    async def machines(self, query: Query) -> Page:
        """Give a page of them."""
        ...

    async def approve_machine(self, device_id: str, who: str, again: bool) -> Row:
        """Let one be installed, `again`: once more; its script stands when this returns."""
        ...
