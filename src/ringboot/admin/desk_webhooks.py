"""What the API asks of the desk about webhooks."""

from __future__ import annotations

from typing import Any, Protocol

Row = dict[str, Any]


class WebhookDesk(Protocol):
    """Receivers that are told what happens."""

    async def webhooks(self) -> list[Row]:
        """Give every webhook: name, url, events, waiting, taken, failed, dropped, last, problem."""
        ...

    async def test_webhook(self, name: str, who: str) -> Row:
        """Tell a receiver something now: {name, taken, status, seconds, problem}."""
        ...
