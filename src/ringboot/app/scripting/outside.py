"""What hooks reach of the daemon: devices of main, the queue of messages, the log, and the wires of dhcp."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ringboot import log
from ringboot.app.scripting.calls import Caller
from ringboot.app.scripting.line import Line
from ringboot.app.scripting.notices import Notices
from ringboot.model.address import ip_text
from ringboot.scripts.store import Store
from ringboot.setup.settings import Network
from ringboot.store.scriptsdb import ScriptsDb

DHCP, MAIN = "dhcp", "main"
PATIENCE = 0.2  # seconds that a hook waits for main
TRIES = 3  # of what is done beside the hooks
LOOK_EVERY = 0.1  # seconds, while dhcp is not there
SEED = 5.0  # seconds that it waits for dhcp to write leases
_LEVELS = {"debug", "info", "warning", "error"}


class Outside:
    """What ringboot.scripts.outside.Outside promises."""

    def __init__(
        self, line: Line, caller: Caller, notices: Notices, database: ScriptsDb, networks: Sequence[Network]
    ) -> None:
        self._line, self._caller, self._notices = line, caller, notices
        self.store: Store = database
        self._networks = {each.called: each for each in networks}

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
        hits: Mapping[str, str] = answer["hits"]
        if answer.get("cannot") and not hits:
            raise OSError(answer["cannot"])
        return hits

    def seed(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """Have leases written; TimeoutError."""
        refused: Mapping[str, str] = self._line.ask(DHCP, {"t": "seed", "rows": [*map(dict, rows)]}, SEED)["refused"]
        return refused

    def pools(self, network: str) -> Sequence[str]:
        """Name addresses; LookupError."""
        return [ip_text(each) for run in self._network(network).ranges for each in range(run.first, run.last + 1)]

    def lease_time(self, network: str) -> int:
        """Tell it; LookupError."""
        return self._network(network).lease_time

    def _network(self, name: str) -> Network:
        if name not in self._networks:
            raise LookupError(f"no network is called {name}: there are {', '.join(self._networks) or 'none'}")
        return self._networks[name]

    def later(self, job: Callable[[], None]) -> None:
        """Have something done on a thread of its own, as soon as dhcp is there; tried again when that goes away."""
        threading.Thread(target=self._do, args=(job,), name="later", daemon=True).start()

    def _do(self, job: Callable[[], None]) -> None:
        for left in reversed(range(TRIES)):
            while not self._line.is_there(DHCP):
                time.sleep(LOOK_EVERY)
            try:
                job()
                return
            except TimeoutError as error:
                if not left:
                    log.get().error("what a script wants done beside its hooks failed", why=str(error))
            except Exception as error:  # of a subclass, or of what the scan says
                why = str(error) or type(error).__name__
                log.get().error("what a script wants done beside its hooks failed", why=why)
                return


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, int | float | bool) else str(value) for name, value in values.items()}
