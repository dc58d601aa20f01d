"""Users, their sessions and tokens as rows."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ringboot.model.user import Session, Token, User
from ringboot.store.statement import Statement, delete, select, upsert
from ringboot.store.tables import USER_ACCOUNT, USER_SESSION, USER_TOKEN

_USER = select(USER_ACCOUNT, "name")
_USERS = select(USER_ACCOUNT, order=("name",))
_PUT_USER = upsert(USER_ACCOUNT)
_REMOVE_USER = delete(USER_ACCOUNT, "name")

_SESSION = select(USER_SESSION, "digest")
_SESSIONS = select(USER_SESSION, order=("created", "id"))
_PUT_SESSION = upsert(USER_SESSION)
_END_SESSION = delete(USER_SESSION, "digest")
_END_OTHERS = Statement(
    sa.delete(USER_SESSION).where(
        USER_SESSION.c.user == sa.bindparam("user"), USER_SESSION.c.digest != sa.bindparam("kept")
    )
)
_END_OLD = Statement(
    sa.delete(USER_SESSION).where(
        sa.or_(USER_SESSION.c.seen <= sa.bindparam("seen"), USER_SESSION.c.created <= sa.bindparam("created"))
    )
)

_TOKEN = select(USER_TOKEN, "id")
_TOKEN_OF = select(USER_TOKEN, "digest")
_TOKENS = select(USER_TOKEN, order=("created", "id"))
_PUT_TOKEN = upsert(USER_TOKEN)
_REMOVE_TOKEN = delete(USER_TOKEN, "id")
_REMOVE_TOKENS = delete(USER_TOKEN, "user")


class UserBook:
    """The users over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> User | None:
        """Give the one of this name."""
        row = _USER.run(self._connection, name=name).fetchone()
        return None if row is None else _user(row)

    def all(self) -> list[User]:
        """Give all, by name."""
        return [_user(row) for row in _USERS.run(self._connection)]

    def put(self, user: User) -> None:
        """Add one or replace it."""
        _PUT_USER.run(self._connection, **asdict(user))

    def remove(self, name: str) -> None:
        """Remove one."""
        _REMOVE_USER.run(self._connection, name=name)


class SessionBook:
    """The sessions over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, digest: str) -> Session | None:
        """Give the one whose cookie has this SHA-256."""
        row = _SESSION.run(self._connection, digest=digest).fetchone()
        return None if row is None else Session(*row)

    def all(self) -> list[Session]:
        """Give all, the oldest first."""
        return [Session(*row) for row in _SESSIONS.run(self._connection)]

    def put(self, session: Session) -> None:
        """Add one or replace it."""
        _PUT_SESSION.run(self._connection, **asdict(session))

    def end(self, digest: str) -> None:
        """End one."""
        _END_SESSION.run(self._connection, digest=digest)

    def end_others(self, user: str, kept: str = "") -> int:
        """End all of a user but the one with this digest, and count them."""
        return _END_OTHERS.run(self._connection, user=user, kept=kept).rowcount

    def end_old(self, seen: float, created: float) -> None:
        """End those that were last seen, or began, by then."""
        _END_OLD.run(self._connection, seen=seen, created=created)


class TokenBook:
    """The tokens over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, token: str) -> Token | None:
        """Give the one with this id."""
        row = _TOKEN.run(self._connection, id=token).fetchone()
        return None if row is None else _token(row)

    def of(self, digest: str) -> Token | None:
        """Give the one with this SHA-256."""
        row = _TOKEN_OF.run(self._connection, digest=digest).fetchone()
        return None if row is None else _token(row)

    def all(self) -> list[Token]:
        """Give all, the oldest first."""
        return [_token(row) for row in _TOKENS.run(self._connection)]

    def put(self, token: Token) -> None:
        """Add one or replace it."""
        _PUT_TOKEN.run(self._connection, **{**asdict(token), "scope": json.dumps(token.scope)})

    def remove(self, token: str) -> None:
        """Remove one."""
        _REMOVE_TOKEN.run(self._connection, id=token)

    def remove_of(self, user: str) -> int:
        """Remove all of a user, and count them."""
        return _REMOVE_TOKENS.run(self._connection, user=user).rowcount


def _user(row: tuple[Any, ...]) -> User:
    name, role, digest, created, seen, must_change = row
    return User(name, role, digest, created, seen, bool(must_change))


def _token(row: tuple[Any, ...]) -> Token:
    ident, name, digest, role, scope, *rest = row
    return Token(ident, name, digest, role, tuple(json.loads(scope)), *rest)
