"""Sends what scripts tell web services: from a queue that outlives the process, again until it is taken."""

from __future__ import annotations

import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ringboot import __version__, log
from ringboot.store.errors import StoreFailed
from ringboot.store.scriptsdb import Notice, ScriptsDb

MOST = 5000  # messages that wait
DEADLINE = 5.0  # seconds for one try
FIRST_WAIT, LONGEST_WAIT = 1.0, 900.0  # seconds after a try that failed; they double
GIVE_UP = 3 * 86400.0  # seconds after which nobody wants to hear of it
IDLE = 1.0
AT_ONCE = 20
ID = "Ringboot-Id"  # the same at each try: who hears it twice can tell
TAKEN, FAILED, DROPPED = "taken", "failed", "dropped"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Notices:
    """The queue, and the thread that empties it."""

    def __init__(self, database: ScriptsDb) -> None:
        self._database = database
        self._wake = threading.Event()
        self._opener = urllib.request.build_opener(_NoRedirect)
        self.outcomes: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to send."""
        threading.Thread(target=self._run, name="notices", daemon=True).start()

    def add(self, url: str, body: Any, headers: Mapping[str, str]) -> None:
        """Queue a message; ValueError when it cannot be sent anywhere."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a web service: http://... or https://... is wanted")
        try:
            written = json.dumps(body)
        except TypeError as error:
            raise ValueError(f"this cannot be written as JSON: {error}") from None
        notice = Notice(secrets.token_hex(16), url, dict(headers), written, time.time(), 0, "")
        dropped = self._database.add_notice(notice, MOST)
        if dropped:
            self.outcomes[DROPPED] += dropped
            log.get().warning("too many messages wait for web services, the oldest are dropped", count=dropped)
        self._wake.set()

    def _run(self) -> None:
        while True:
            try:
                rows = self._database.due(time.time(), AT_ONCE)
                shut: set[str] = set()  # places that take nothing just now
                for row in rows:
                    if row.url not in shut and not self._send(row):
                        shut.add(row.url)
            except StoreFailed as error:
                log.get().error("messages to web services cannot be kept", why=str(error))
                rows = []
            if not rows:
                self._wake.wait(IDLE)
                self._wake.clear()

    def _send(self, row: Notice) -> bool:
        why = self._post(row)
        if not why:
            self.outcomes[TAKEN] += 1
            self._database.settle(row.id)
            return True
        self.outcomes[FAILED] += 1
        if time.time() - row.utc > GIVE_UP:
            self.outcomes[DROPPED] += 1
            self._database.settle(row.id)
            return False
        if not row.tries:
            log.get().warning("web service does not take a message", url=_origin(row.url), why=why)
        wait = min(FIRST_WAIT * 2.0 ** min(row.tries, 20), LONGEST_WAIT)
        self._database.postpone(row, time.time() + wait, why)
        return False

    def _post(self, row: Notice) -> str:
        """Post a message; gives why it was not taken."""
        headers = {
            "Content-Type": "application/json", "User-Agent": f"ringboot/{__version__}", **row.headers, ID: row.id,
        }  # fmt: skip
        try:
            request = urllib.request.Request(row.url, row.body.encode(), headers, method="POST")
            with self._opener.open(request, timeout=DEADLINE):
                return ""
        except urllib.error.HTTPError as error:
            error.close()
            return f"it answers {error.code} {error.reason}".rstrip()
        except (OSError, ValueError) as error:
            return str(getattr(error, "reason", "") or error) or type(error).__name__


def _origin(url: str) -> str:
    """Leave out what the receiver may know a sender by."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"
