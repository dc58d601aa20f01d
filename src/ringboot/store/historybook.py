"""Who changed what, when: only the keys that differ, the newest 200 of each object."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ringboot.fleet.books import Change
from ringboot.store.statement import Statement
from ringboot.store.tables import HISTORY

KEPT = 200  # changes of one object

_ADD = Statement(
    sa.insert(HISTORY).values({key: sa.bindparam(key) for key in ("kind", "subject", "utc", "who", "before", "after")})
)
_OF = Statement(
    sa.select(HISTORY.c.utc, HISTORY.c.who, HISTORY.c.before, HISTORY.c.after)
    .where(HISTORY.c.kind == sa.bindparam("kind"), HISTORY.c.subject == sa.bindparam("subject"))
    .order_by(HISTORY.c.id.desc())
    .limit(sa.bindparam("count"))
)
_SAME = (HISTORY.c.kind == sa.bindparam("kind"), HISTORY.c.subject == sa.bindparam("subject"))
_TRIM = Statement(
    sa.delete(HISTORY).where(
        *_SAME,
        HISTORY.c.id
        <= sa.select(HISTORY.c.id)
        .where(*_SAME)
        .order_by(HISTORY.c.id.desc())
        .limit(1)
        .offset(sa.bindparam("kept"))
        .scalar_subquery(),
    )
)


class HistoryBook:
    """Changes of devices, configs and settings; what is noted is written by `flush`, in one go."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fresh: list[dict[str, Any]] = []

    def note(self, kind: str, subject: str, change: Change) -> None:
        """Keep what differs between two states; nothing when nothing does."""
        utc, who, before, after = change
        if before is not None and after is not None:
            keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
            if not keys:
                return
            before = {key: before.get(key) for key in keys}
            after = {key: after.get(key) for key in keys}
        self._fresh.append(
            {
                "kind": kind,
                "subject": subject,
                "utc": utc,
                "who": who,
                "before": None if before is None else json.dumps(before),
                "after": None if after is None else json.dumps(after),
            }
        )

    def flush(self) -> None:
        """Write what was noted, and let go what is too old."""
        if not self._fresh:
            return
        fresh, self._fresh = self._fresh, []
        _ADD.run_rows(self._connection, fresh)
        # A new object has no long history.
        for kind, subject in {(row["kind"], row["subject"]) for row in fresh if row["before"] is not None}:
            _TRIM.run(self._connection, kind=kind, subject=subject, kept=KEPT)

    def forget(self) -> None:
        """Drop what was noted and not yet written: its transaction is undone."""
        self._fresh.clear()

    def of(self, kind: str, subject: str, limit: int) -> list[Change]:
        """Give the newest changes of an object, newest first."""
        self.flush()
        rows = _OF.run(self._connection, kind=kind, subject=subject, count=limit)
        return [Change(utc, who, _loaded(before), _loaded(after)) for utc, who, before, after in rows]


def _loaded(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded
