"""The books of webhooks, as the fleet uses them; `store` keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from ringboot.model.webhook import Delivery


class DeliveryBook(Protocol):
    """What webhooks are still to be told."""

    def add(self, rows: Iterable[Delivery]) -> None:
        """Queue messages."""

    def due(self, hook: str, utc: float, limit: int) -> list[Delivery]:
        """Give those of a receiver that may be sent now, the oldest first."""

    def settle(self, taken: Iterable[Delivery], later: Iterable[Delivery]) -> None:
        """Remove what was taken, and keep how it stands with the rest."""

    def trim(self, hooks: Collection[str], most: int) -> dict[str, int]:
        """Drop the oldest of each receiver beyond so many, and all of others; gives how many of each were dropped."""

    def waiting(self) -> dict[str, tuple[int, str]]:
        """Count those of each receiver, with why the last try failed."""


class ToldBook(Protocol):
    """What was told and still holds: a pool that runs low, a device that is stuck."""

    def all(self, kind: str) -> set[str]:
        """Give the subjects of a kind."""

    def put(self, kind: str, subject: str, utc: float) -> None:
        """Keep that it was told."""

    def remove(self, kind: str, subject: str) -> None:
        """Forget it: it holds no more."""
