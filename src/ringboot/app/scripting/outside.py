"""What hooks reach of the daemon: devices of main, the queue of messages, the log, and the wires of dhcp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ringboot import log
from ringboot.app.scripting.calls import Caller
from ringboot.app.scripting.line import Line
from ringboot.app.scripting.notices import Notices

DHCP, MAIN = "dhcp", "main"
PATIENCE = 0.2  # seconds that a hook waits for main
SEED = 5.0  # seconds that it waits for dhcp to write leases
_LEVELS = {"debug", "info", "warning", "error"}


class Outside:
    """What ringboot.scripts.outside.Outside promises."""

    def __init__(self, line: Line, caller: Caller, notices: Notices) -> None:
        self._line, self._caller, self._notices = line, caller, notices

    def device(self, mac: str) -> Mapping[str, Any] | None:
        """Ask main; TimeoutError."""
        found: Mapping[str, Any] | None = self._line.ask(
            MAIN, {"t": "question", "what": "device", "args": {"mac": mac}}, PATIENCE
        ).get("data")
        return found

    def notify(self, url: str, body: Any, headers: Mapping[str, str]) -> None:
        """Queue a message; ValueError."""
        with self._caller.limit.kept():
            self._notices.add(url, body, headers)

    def log(self, level: str, text: str, values: Mapping[str, object]) -> None:
        """Write a line, with the hook that says it."""
        with self._caller.limit.kept():
            row = self._caller.now
            who = {} if row is None else {"hook": row.hook.name}
            tell = getattr(log.get(), level if level in _LEVELS else "info")
            tell("script says", text=str(text), **who, **({"values": _plain(values)} if values else {}))

    def scan(self, addresses: Sequence[str], seconds: float) -> Mapping[str, str]:
        """Ask by ARP; OSError, TimeoutError."""
        frame = {"t": "scan", "addresses": list(addresses), "seconds": seconds}
        answer = self._line.ask(DHCP, frame, seconds + SEED)
        if answer.get("cannot"):
            raise OSError(answer["cannot"])
        hits: Mapping[str, str] = answer["hits"]
        return hits

    def seed(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """Have leases written; TimeoutError."""
        refused: Mapping[str, str] = self._line.ask(DHCP, {"t": "seed", "rows": [*map(dict, rows)]}, SEED)["refused"]
        return refused


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, int | float | bool) else str(value) for name, value in values.items()}
