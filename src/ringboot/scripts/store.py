"""What a part of the scripts process keeps between two starts: texts by key, written with the journal's cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ringboot.scripts.lease import Lease


class Store(Protocol):
    """Texts by key; what is put while a row of the journal is looked at is written together with the cursor."""

    def get(self, key: str) -> str | None:
        """Give a text."""

    def put(self, key: str, text: str) -> None:
        """Keep a text."""

    def drop(self, key: str) -> None:
        """Forget a text; it may be gone already."""

    def under(self, prefix: str) -> dict[str, str]:
        """Give all texts whose key begins like this."""


# Sees every row of the journal once and no more: its kind (as of a hook), the lease, and where to keep what it counts.
Witness = Callable[[str, Lease, Store], None]
