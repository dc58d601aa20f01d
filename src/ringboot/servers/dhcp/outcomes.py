"""The last outcomes of each client, in memory, small: what `explain` asks for."""

from __future__ import annotations

import json
from struct import Struct
from typing import Any

from ringboot.model.address import ip_text

KEPT = 8
CLIENTS = 65_536
DETAILS = 4_096

# One outcome in 12 octets: UTC second, address, number of the message kind, of the reason, of the rest of the detail.
_ROW = Struct("!IIBBH")
_KEPT_OCTETS = KEPT * _ROW.size
_FULL = 65_535


class Outcomes:
    """Remember what became of each client's messages, newest first; bounded in clients, outcomes and details."""

    def __init__(self, clients: int = CLIENTS) -> None:
        # Two dictionaries take turns: when the young one is full the old one is forgotten.  That bounds the memory
        # without a list of who came last.
        self._half = max(1, clients // 2)
        self._young: dict[bytes, bytes] = {}
        self._old: dict[bytes, bytes] = {}
        self._reasons: dict[str, int] = {}
        self._details: dict[str, int] = {"": 0}
        self._kinds: dict[str, int] = {}

    def note(self, mac: bytes, utc: float, kind: str, reason: str, *, address: int, rest: str) -> None:
        """Add an outcome; `rest` is what the detail holds beside the address, as JSON text."""
        reasons, kinds, details = self._reasons, self._kinds, self._details
        row = _ROW.pack(
            int(utc) & 0xFFFFFFFF,
            address,
            kinds.get(kind) or self._number(kinds, kind),
            reasons.get(reason) or self._number(reasons, reason),
            (details.get(rest) or self._detail(rest)) if rest else 0,
        )
        young = self._young
        before = young.get(mac)
        if before is None:
            before = self._old.get(mac, b"")
            if len(young) >= self._half:
                self._old, self._young = young, {}
                young = self._young
        young[mac] = (row + before)[:_KEPT_OCTETS]

    def _number(self, numbers: dict[str, int], name: str) -> int:
        return numbers.setdefault(name, len(numbers) + 1)

    def _detail(self, rest: str) -> int:
        # Beyond the bound a detail is not told: a stranger who varies his messages must not fill our memory.
        if len(self._details) < DETAILS:
            return self._details.setdefault(rest, len(self._details))
        return _FULL

    def of(self, mac: bytes) -> list[dict[str, Any]]:
        """Give a client's last outcomes, newest first."""
        packed = self._young.get(mac) or self._old.get(mac, b"")
        kinds = {number: name for name, number in self._kinds.items()}
        reasons = {number: name for name, number in self._reasons.items()}
        details = {number: text for text, number in self._details.items()}
        rows: list[dict[str, Any]] = []
        for utc, address, kind, reason, rest in _ROW.iter_unpack(packed):
            detail: dict[str, Any] = {"address": ip_text(address)} if address else {}
            text = details.get(rest, "")
            detail.update(json.loads(text) if text else {})
            rows.append({"utc": float(utc), "message": kinds[kind], "reason": reasons[reason], "detail": detail})
        return rows

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
