"""What the API asks of the desk about scripts."""

from __future__ import annotations

from typing import Any, Protocol

Row = dict[str, Any]


class ScriptDesk(Protocol):
    """The administrator's Python."""

    async def scripts(self) -> Row:
        """Tell how it does: its process, its hooks, its sources."""
        ...

    async def script_page(self, path: str, query: str) -> Row:
        """Give one of its pages: {status, type, data as base64, framed, title, links}."""
        ...
