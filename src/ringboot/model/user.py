"""Who may use the daemon over the network: users, their sessions, tokens for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

VIEWER, OPERATOR, ADMINISTRATOR = "viewer", "operator", "administrator"
ROLES = (VIEWER, OPERATOR, ADMINISTRATOR)  # each may do what those before it may


def reaches(role: str, least: str) -> bool:
    """Tell whether a role may do what is for `least`."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(least)


def lesser(one: str, other: str) -> str:
    """Give the role of the two that may do less."""
    return min(one, other, key=ROLES.index)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in with a password; `digest` is argon2's."""

    name: str
    role: str
    digest: str
    created: float
    seen: float | None = None
    must_change: bool = False  # the password was made by us and is good for one thing: to set another


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that signed in; its cookie is known by its SHA-256 only."""

    digest: str
    id: str  # how it is named where sessions are listed
    user: str
    created: float
    seen: float
    address: str
    agent: str  # what the browser says of itself


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows instead of a password; it is known by its SHA-256 only."""

    id: str
    name: str
    digest: str
    role: str
    scope: tuple[str, ...]  # the parts of the API that it opens, such as "/devices"; none: all that its role may
    user: str | None  # whose it is, and with whom it goes; None: made over the unix socket
    created: float
    expires: float
    used: float | None = None


def opens(scope: tuple[str, ...], path: str) -> bool:
    """Tell whether a scope opens a path of the API, such as "/devices/d1"."""
    return not scope or any(path == each or path.startswith(f"{each}/") for each in scope)


class Caller(NamedTuple):
    """Who asks, once let in, and by what they showed."""

    role: str
    who: str  # for the records: the user's name
    csrf: str = ""  # what a page of this session repeats with each write
    via: str = "unix"  # or "session", or "token NAME"
    user: str | None = None  # the user that it is; None: one of this machine, or a token that is nobody's
    session: str = ""  # the digest of the session
    must_change: bool = False  # may do nothing but set another password
    scope: tuple[str, ...] = ()  # the parts of the API that are opened; none: all
    until: float | None = None  # when what they showed ends
