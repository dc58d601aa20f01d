"""Hints to main about messages that changed no lease: one row a client, never in anybody's way, lost when too many."""

from __future__ import annotations

from typing import Any, NamedTuple

from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import NAMES
from ringboot.model import evidence
from ringboot.model.address import ip_text, mac_text

PENDING = 2_048  # clients whose hint waits
A_FRAME = 256  # rows sent at once
SETTLE = 1.0  # seconds that a hint waits: most clients have a lease by then, and its journal row says more
QUIET = 60.0  # seconds in which the same hint is only counted
REMEMBERED = 8_192

_new = tuple.__new__  # a third of the cost of calling the class, and every OFFER is noted


class _Hint(NamedTuple):
    query: Query
    reason: str
    detail: dict[str, object]
    utc: float
    due: float  # steady
    times: int


class Hints:
    """Collect hints by client and give them out in rows."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, _Hint] = {}
        self._told: dict[tuple[bytes, int, str], tuple[float, int]] = {}  # when, and how many since
        self._ready: list[dict[str, Any]] = []  # rows that are about no client
        self.lost = 0

    def note(self, mac: bytes, query: Query, reason: str, detail: dict[str, object], now: Now) -> None:
        """Take a hint; a waiting one of the same client is replaced and counted."""
        waiting = self._waiting
        before = waiting.get(mac)
        if before is not None:
            waiting[mac] = _new(_Hint, (query, reason, detail, now.utc, before.due, before.times + 1))
        elif len(waiting) < PENDING:
            waiting[mac] = _new(_Hint, (query, reason, detail, now.utc, now.steady + SETTLE, 1))
        else:
            self.lost += 1

    def settle(self, mac: bytes) -> None:
        """Forget the hint of a client whose lease changed: the journal tells main."""
        self._waiting.pop(mac, None)

    def say(self, reason: str, detail: dict[str, object], utc: float) -> None:
        """Take a hint that is about no client."""
        if len(self._ready) < A_FRAME:
            self._ready.append(_row(reason, detail, utc, 1))

    @property
    def due(self) -> float | None:
        """Tell when the oldest hint is to be sent, on the steady clock."""
        if self._ready:
            return 0.0
        for hint in self._waiting.values():
            return hint.due
        return None

    def take(self, steady: float) -> list[dict[str, Any]]:
        """Give the rows that are due, at most one frame of them."""
        rows, self._ready = self._ready, []
        while self._waiting and len(rows) < A_FRAME:
            mac, hint = next(iter(self._waiting.items()))
            if hint.due > steady:
                break
            del self._waiting[mac]
            row = self._once(mac, hint, steady)
            if row is not None:
                rows.append(row)
        return rows

    def _once(self, mac: bytes, hint: _Hint, steady: float) -> dict[str, Any] | None:
        """Make the row, or only count it when the same was told a short while ago."""
        message = hint.query.message
        same = (mac, message.kind, hint.reason)
        told, since = self._told.get(same, (steady - QUIET, 0))
        if steady - told < QUIET:
            self._told[same] = (told, since + hint.times)
            return None
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[same] = (steady, 0)
        row = _row(hint.reason, hint.detail, hint.utc, hint.times + since)
        row["mac"] = mac_text(mac)
        row["message"] = NAMES.get(message.kind, "")
        row["interface"] = hint.query.interface
        row["evidence"] = evidence.pack(message.options, message.giaddr).hex()
        row["giaddr"] = ip_text(message.giaddr) if message.giaddr else None
        return row


def _row(reason: str, detail: dict[str, object], utc: float, count: int) -> dict[str, Any]:
    return {
        "mac": "",
        "message": "",
        "reason": reason,
        "detail": detail,
        "network": detail.get("network"),
        "interface": "",
        "evidence": "",
        "giaddr": None,
        "utc": utc,
        "count": count,
    }
