"""The last outcomes of each client, in memory, small: what `explain` asks for."""

from __future__ import annotations

import json
from struct import Struct
from typing import Any

from ringboot.answer.query import Now
from ringboot.dhcp.message import KINDS, NAMES
from ringboot.model.address import ip_text

KEPT = 8
CLIENTS = 65_536
DETAILS = 4_096

# One outcome in 12 octets: UTC second and address; message kind, numbers of the reason and of the rest of the detail.
_start = Struct("!II").pack
_END = Struct("!BBH")
_ROW = Struct("!IIBBH")
_KEPT_OCTETS = KEPT * _ROW.size
_UNTOLD = 65_535


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
        self._ends: dict[tuple[bytes | None, str, str], bytes] = {}  # kind, reason and rest as the end of a row

    def note(  # noqa: PLR0917  by position, because keywords cost a tenth of it
        self, mac: bytes, now: Now, kind: bytes | None, reason: str, address: int, rest: str
    ) -> None:
        """Add an outcome: of a message with this option 53; `rest` is the detail without the address, as JSON text."""
        end = self._ends.get((kind, reason, rest))
        if end is None:
            end = self._end(kind, reason, rest)
        young = self._young
        before = young.get(mac)
        if before is None:
            before = self._old.get(mac, b"")
            if len(young) >= self._half:
                self._old, self._young = young, {}
                young = self._young
        young[mac] = (_start(int(now.utc) & 0xFFFFFFFF, address) + end + before)[:_KEPT_OCTETS]

    def _end(self, option: bytes | None, reason: str, rest: str) -> bytes:
        reasons, details, kind = self._reasons, self._details, KINDS.get(option, 0)
        # Beyond the bound a detail is not told: a stranger who varies his messages must not fill our memory.
        if rest in details or len(details) < DETAILS:
            number = details.setdefault(rest, len(details))
            end = _END.pack(kind, reasons.setdefault(reason, len(reasons)), number)
            self._ends[option, reason, rest] = end
            return end
        return _END.pack(kind, reasons.setdefault(reason, len(reasons)), _UNTOLD)

    def of(self, mac: bytes) -> list[dict[str, Any]]:
        """Give a client's last outcomes, newest first."""
        packed = self._young.get(mac) or self._old.get(mac, b"")
        reasons = {number: name for name, number in self._reasons.items()}
        details = {number: text for text, number in self._details.items()}
        rows: list[dict[str, Any]] = []
        for utc, address, kind, reason, rest in _ROW.iter_unpack(packed):
            detail: dict[str, Any] = {"address": ip_text(address)} if address else {}
            text = details.get(rest, "")
            detail.update(json.loads(text) if text else {})
            rows.append(
                {"utc": float(utc), "message": NAMES.get(kind, "other"), "reason": reasons[reason], "detail": detail}
            )
        return rows

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
