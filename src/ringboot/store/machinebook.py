"""Machines that boot from the network as rows."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict

from ringboot.model.machine import Machine
from ringboot.store.statement import delete, select, upsert
from ringboot.store.tables import MACHINE, ONCE_USED

_ONE = select(MACHINE, "device")
_OF_WORD = select(MACHINE, "digest")
_ALL = select(MACHINE, order=("device",))
_PUT = upsert(MACHINE)
_REMOVE = delete(MACHINE, "device")
_USED = select(ONCE_USED, "device", "name")
_USE = upsert(ONCE_USED)
_UNUSE = delete(ONCE_USED, "device", "name")
_FRESH = delete(ONCE_USED, "device")


class MachineBook:
    """The machines over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, device: str) -> Machine | None:
        """Give that of a device."""
        row = _ONE.run(self._connection, device=device).fetchone()
        return None if row is None else Machine(*row)

    def of_word(self, digest: str) -> Machine | None:
        """Give the one whose word has this SHA-256."""
        row = _OF_WORD.run(self._connection, digest=digest).fetchone() if digest else None
        return None if row is None else Machine(*row)

    def all(self) -> dict[str, Machine]:
        """Give all by their device."""
        return {str(row[0]): Machine(*row) for row in _ALL.run(self._connection)}

    def put(self, machine: Machine) -> None:
        """Add one or replace it."""
        _PUT.run(self._connection, **asdict(machine))

    def remove(self, device: str) -> None:
        """Forget it, and what it has used."""
        _REMOVE.run(self._connection, device=device)
        _FRESH.run(self._connection, device=device)

    def is_used(self, device: str, name: str) -> bool:
        """Tell whether a one-shot URL of it was used."""
        return _USED.run(self._connection, device=device, name=name).fetchone() is not None

    def use(self, device: str, name: str, utc: float) -> None:
        """Note that one was used."""
        _USE.run(self._connection, device=device, name=name, utc=utc)

    def unuse(self, device: str, name: str) -> None:
        """Let one be used again: its file did not arrive."""
        _UNUSE.run(self._connection, device=device, name=name)

    def freshen(self, device: str) -> None:
        """Let all of them be used again: they have another word."""
        _FRESH.run(self._connection, device=device)
