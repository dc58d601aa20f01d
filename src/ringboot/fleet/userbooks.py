"""The books of people and of what they asked for, as the fleet uses them; `store` keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ringboot.model.audit import AuditEntry
from ringboot.model.job import JobRecord
from ringboot.model.user import Session, Token, User


class UserBook(Protocol):
    """Those who sign in with a password."""

    def get(self, name: str) -> User | None:
        """Give the one of this name."""

    def all(self) -> list[User]:
        """Give all, by name."""

    def put(self, user: User) -> None:
        """Add one or replace it."""

    def remove(self, name: str) -> None:
        """Remove one."""


class SessionBook(Protocol):
    """Browsers that signed in."""

    def get(self, digest: str) -> Session | None:
        """Give the one whose cookie has this SHA-256."""

    def all(self) -> list[Session]:
        """Give all, the oldest first."""

    def put(self, session: Session) -> None:
        """Add one or replace it."""

    def end(self, digest: str) -> None:
        """End one."""

    def end_others(self, user: str, kept: str = "") -> int:
        """End all of a user but the one with this digest, and count them."""

    def end_old(self, seen: float, created: float) -> None:
        """End those that were last seen, or began, by then."""


class TokenBook(Protocol):
    """What programs show instead of a password."""

    def get(self, token: str) -> Token | None:
        """Give the one with this id."""

    def of(self, digest: str) -> Token | None:
        """Give the one with this SHA-256."""

    def all(self) -> list[Token]:
        """Give all, the oldest first."""

    def put(self, token: Token) -> None:
        """Add one or replace it."""

    def remove(self, token: str) -> None:
        """Remove one."""

    def remove_of(self, user: str) -> int:
        """Remove all of a user, and count them."""


class JobBook(Protocol):
    """Work that takes a while, bounded."""

    def all(self) -> list[JobRecord]:
        """Give all, the oldest first."""

    def put(self, job: JobRecord) -> None:
        """Add one or replace it, and forget the oldest."""

    def stands(self, job: str, done: int, total: int | None, doing: str) -> None:
        """Keep how far one is."""


class AuditBook(Protocol):
    """Who asked for which change, bounded."""

    def add(self, entry: AuditEntry) -> None:
        """Append one, and let go the oldest; its id is given by the book."""

    def page(
        self, *, filters: Sequence[tuple[str, str]] = (), text: str = "", sort: str = "", descending: bool = False,
        limit: int = 100, offset: int = 0, since: float | None = None, until: float | None = None,
    ) -> tuple[int, list[AuditEntry]]:  # fmt: skip
        """Give how many there are, and a page of them, the newest first unless it is sorted."""
