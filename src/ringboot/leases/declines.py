"""How many addresses each client put into quarantine within the last hour, bounded in memory."""

from __future__ import annotations

HOUR = 3600.0
KEPT = 4_096  # clients


class Declines:
    """The moments (UTC) at which clients declined an address; of the oldest clients nothing is known any more."""

    __slots__ = ("_by_client",)

    def __init__(self) -> None:
        self._by_client: dict[bytes, tuple[float, ...]] = {}

    def note(self, client: bytes, utc: float) -> None:
        """Remember that a client declined an address."""
        recent = self._recent(client, utc)
        self._by_client.pop(client, None)
        self._by_client[client] = (*recent, utc)
        if len(self._by_client) > KEPT:
            del self._by_client[next(iter(self._by_client))]

    def take_back(self, client: bytes) -> None:
        """Forget the last one of a client."""
        *before, _ = self._by_client.get(client, (0.0,))
        if before:
            self._by_client[client] = tuple(before)
        else:
            self._by_client.pop(client, None)

    def count(self, client: bytes, utc: float) -> int:
        """Count those of the last hour."""
        return len(self._recent(client, utc))

    def _recent(self, client: bytes, utc: float) -> tuple[float, ...]:
        return tuple(each for each in self._by_client.get(client, ()) if utc - HOUR < each <= utc)

    def __len__(self) -> int:
        return len(self._by_client)
