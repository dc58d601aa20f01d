"""Passwords as argon2 digests: on a thread, two at a time, and as slow for a name that nobody has."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ringboot.desk.errors import Busy

AT_ONCE = 2  # each takes a core for a moment
MOST_WAITING = 16


class Cost(NamedTuple):
    """What one digest costs (RFC 9106 4, the second recommended choice, on one core)."""

    times: int = 3
    kibibytes: int = 65536
    lanes: int = 1


class Passwords:
    """Makes digests and compares with them."""

    def __init__(self, cost: Cost = Cost()) -> None:  # noqa: B008  a value that never changes
        self._cost = cost
        self._hasher = PasswordHasher(cost.times, cost.kibibytes, cost.lanes)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def digest(self, password: str) -> str:
        """Make the digest of a password; Busy."""
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, digest: str | None) -> bool:
        """Tell whether a password is the one of a digest; without a digest, find out that it is not.  Busy."""
        async with self._turn():
            return await asyncio.to_thread(self._compare, password, self._nobody() if digest is None else digest)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise Busy("Too many sign in at once. Try again in a moment.")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    def _compare(self, password: str, digest: str) -> bool:
        try:
            return self._hasher.verify(digest, password)
        except (Argon2Error, InvalidHashError):
            return False

    def _nobody(self) -> str:
        """Make up the digest of no password, which takes as long to compare with as any."""
        salt, made = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
        times, kibibytes, lanes = self._cost
        return f"$argon2id$v=19$m={kibibytes},t={times},p={lanes}${salt}${made}"
