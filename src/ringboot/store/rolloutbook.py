"""Roll-outs as rows, and the devices of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, fields

import sqlalchemy as sa

from ringboot.model.rollout import FAILED, TO_MOVE, Rollout, RolloutDevice
from ringboot.store.statement import Statement, select, upsert
from ringboot.store.tables import ROLLOUT, ROLLOUT_DEVICE

_D = ROLLOUT_DEVICE.c
_COLUMNS = [ROLLOUT.c[field.name] for field in fields(Rollout)]
_GET = Statement(sa.select(*_COLUMNS).where(ROLLOUT.c.id == sa.bindparam("id")))
_ALL = Statement(sa.select(*_COLUMNS).order_by(ROLLOUT.c.began, ROLLOUT.c.id))
_PUT = upsert(ROLLOUT)
_DEVICES = select(ROLLOUT_DEVICE, "rollout", order=("stage", "device"))
_PUT_DEVICE = upsert(ROLLOUT_DEVICE)
_NEXT = Statement(
    sa.select(ROLLOUT_DEVICE)
    .where(_D.rollout == sa.bindparam("rollout"), _D.state == TO_MOVE, _D.stage <= sa.bindparam("stage"))
    .order_by(_D.stage, _D.device)
    .limit(sa.bindparam("limit"))
)
_COUNTS = Statement(
    sa.select(_D.stage, _D.state, sa.func.count())
    .where(_D.rollout == sa.bindparam("rollout"))
    .group_by(_D.stage, _D.state)
)
_AGAIN = Statement(
    sa.update(ROLLOUT_DEVICE)
    .where(_D.rollout == sa.bindparam("which"), _D.state == sa.bindparam("was"))
    .values(state=sa.bindparam("now"), why="")
)


class RolloutBook:
    """The roll-outs over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, rollout: str) -> Rollout | None:
        """Give the one with this id."""
        row = _GET.run(self._connection, id=rollout).fetchone()
        return None if row is None else Rollout(*row)

    def all(self) -> list[Rollout]:
        """Give all, the oldest first."""
        return [Rollout(*row) for row in _ALL.run(self._connection)]

    def put(self, rollout: Rollout) -> None:
        """Add it or replace it."""
        _PUT.run(self._connection, **asdict(rollout))

    def devices(self, rollout: str) -> list[RolloutDevice]:
        """Give its devices, the first group first."""
        return [RolloutDevice(*row) for row in _DEVICES.run(self._connection, rollout=rollout)]

    def put_devices(self, rows: Iterable[RolloutDevice]) -> None:
        """Add devices or replace them."""
        _PUT_DEVICE.run_rows(self._connection, [row._asdict() for row in rows])

    def next(self, rollout: str, stage: int, limit: int) -> list[RolloutDevice]:
        """Give the next devices to be moved, up to this stage."""
        found = _NEXT.run(self._connection, rollout=rollout, stage=stage, limit=limit)
        return [RolloutDevice(*row) for row in found]

    def counts(self, rollout: str) -> dict[tuple[int, str], int]:
        """Count its devices by stage and state."""
        return {(row[0], row[1]): row[2] for row in _COUNTS.run(self._connection, rollout=rollout)}

    def again(self, rollout: str) -> int:
        """Let those that failed be moved once more, and count them."""
        return _AGAIN.run(self._connection, which=rollout, was=FAILED, now=TO_MOVE).rowcount
