"""Secret URLs as rows."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa

from ringboot.store.statement import Statement, delete, upsert
from ringboot.store.tables import DEVICE, SECRET_URL

_WORD = Statement(sa.select(SECRET_URL.c.word).where(SECRET_URL.c.device == sa.bindparam("device")))
# By its digest: how long the search takes tells nothing of the word.
_OWNER = Statement(sa.select(SECRET_URL.c.device).where(SECRET_URL.c.digest == sa.bindparam("digest")))
_BY_MAC = Statement(
    sa.select(DEVICE.c.mac, SECRET_URL.c.word)
    .join(SECRET_URL, SECRET_URL.c.device == DEVICE.c.id)
    .where(DEVICE.c.mac.is_not(None))
)
_PUT = upsert(SECRET_URL)
_REMOVE = delete(SECRET_URL, "device")


class UrlBook:
    """The secret words over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of_device(self, device: str) -> str | None:
        """Give a device's word."""
        row = _WORD.run(self._connection, device=device).fetchone()
        return None if row is None else str(row[0])

    def owner(self, digest: str) -> str | None:
        """Give the id of the device whose word has this SHA-256."""
        row = _OWNER.run(self._connection, digest=digest).fetchone()
        return None if row is None else str(row[0])

    def by_mac(self) -> dict[str, str]:
        """Give the words of all devices that have a MAC."""
        return {str(mac): str(word) for mac, word in _BY_MAC.run(self._connection)}

    def put(self, device: str, word: str, digest: str) -> None:
        """Keep a device's word instead of the one before."""
        _PUT.run(self._connection, device=device, word=word, digest=digest)

    def remove(self, device: str) -> None:
        """Forget it."""
        _REMOVE.run(self._connection, device=device)
