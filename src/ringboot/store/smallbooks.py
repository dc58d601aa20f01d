"""Settings, plugin states, numbers and reservations as rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from ringboot.fleet.books import Change, PluginState, Taken
from ringboot.model.site import Reservation
from ringboot.store.historybook import HistoryBook
from ringboot.store.statement import Statement, delete, select, upsert
from ringboot.store.tables import NUMBER, PLUGIN_STATE, RESERVATION, SETTING

_SETTINGS = select(SETTING)
_PUT_SETTING = upsert(SETTING)
_STATES = Statement(sa.select(PLUGIN_STATE.c.id, PLUGIN_STATE.c.state, PLUGIN_STATE.c.source))
_PUT_STATE = upsert(PLUGIN_STATE)
_REMOVE_STATE = delete(PLUGIN_STATE, "id")
_NUMBER = Statement(sa.select(NUMBER.c.value).where(NUMBER.c.name == sa.bindparam("name")))
_PUT_NUMBER = upsert(NUMBER)
_KEY = ("network", "kind", "value")
_RESERVATIONS = select(RESERVATION, order=_KEY)
_RESERVATION = select(RESERVATION, *_KEY)
_RESERVED_ADDRESS = select(RESERVATION, "network", "address")
_PUT_RESERVATION = upsert(RESERVATION)
_REMOVE_RESERVATION = delete(RESERVATION, *_KEY)


class SettingBook:
    """The settings over one connection."""

    def __init__(self, connection: sqlite3.Connection, history: HistoryBook) -> None:
        self._connection = connection
        self._history = history

    def all(self) -> dict[str, Any]:
        """Give name -> value."""
        return {name: json.loads(value) for name, value in _SETTINGS.run(self._connection)}

    def put(
        self, name: str, value: Any, who: str, utc: float, shown: Callable[[Any], Any] = lambda value: value
    ) -> None:
        """Keep a value; `shown` gives what of a value may stand in the history."""
        before = self.all()
        _PUT_SETTING.run(self._connection, name=name, value=json.dumps(value))
        told = {"value": shown(before[name])} if name in before else None
        after = {"value": shown(value)}
        if told == after and before[name] != value:
            told = None  # of a secret is told that it was set, and by whom
        self._history.note("setting", name, Change(utc, who, told, after))


class PluginBook:
    """The plugins' states over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> dict[str, PluginState]:
        """Give id -> state."""
        return {row[0]: PluginState(*row) for row in _STATES.run(self._connection)}

    def put(self, state: PluginState) -> None:
        """Keep a state."""
        _PUT_STATE.run(self._connection, **state._asdict())

    def remove(self, plugin: str) -> None:
        """Forget a plugin."""
        _REMOVE_STATE.run(self._connection, id=plugin)


class NumberBook:
    """Named numbers over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> int:
        """Give a number, 0 when it was never set."""
        row = _NUMBER.run(self._connection, name=name).fetchone()
        return 0 if row is None else int(row[0])

    def put(self, name: str, value: int) -> None:
        """Keep a number."""
        _PUT_NUMBER.run(self._connection, name=name, value=value)


class ReservationBook:
    """The reservations over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, network: str, kind: str, value: str) -> Reservation | None:
        """Give one by its key."""
        row = _RESERVATION.run(self._connection, network=network, kind=kind, value=value).fetchone()
        return None if row is None else _reservation(row)

    def put(self, reservation: Reservation) -> None:
        """Add it or replace it; Taken when its address is another's."""
        row = {key: getattr(reservation, key) for key in ("network", "kind", "value", "address", "hostname")}
        try:
            _PUT_RESERVATION.run(self._connection, **row, options=json.dumps(reservation.options))
        except sqlite3.IntegrityError:
            other = _RESERVED_ADDRESS.run(
                self._connection, network=reservation.network, address=reservation.address
            ).fetchone()
            raise Taken("address", reservation.address, f"{other[1]} {other[2]}") from None

    def remove(self, network: str, kind: str, value: str) -> bool:
        """Remove it; False when it was not there."""
        return _REMOVE_RESERVATION.run(self._connection, network=network, kind=kind, value=value).rowcount > 0

    def all(self) -> list[Reservation]:
        """Give them all, by network and key."""
        return [_reservation(row) for row in _RESERVATIONS.run(self._connection)]


def _reservation(row: tuple[Any, ...]) -> Reservation:
    network, kind, value, address, hostname, options = row
    return Reservation(network, kind, value, address, hostname, json.loads(options))
