"""The rules about people: names, passwords, how long sessions and tokens are good, who may not go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from ringboot.fleet.books import Books
from ringboot.fleet.fields import CONTROL, FieldError, FieldErrors, Unknown, one
from ringboot.fleet.world import Chance
from ringboot.model.user import ADMINISTRATOR, ROLES, Session, Token, User, lesser, opens, reaches

FIRST = "admin"  # who signs in first
SHORTEST, LONGEST = 10, 256  # characters of a password
IDLE, WHOLE = 8 * 3600.0, 7 * 86400.0  # seconds that a session is good unused, and at all
DAY = 86400.0
TOKEN_DAYS, MOST_DAYS = 90, 3660  # that a token is good, by default and at most
MOST_TOKENS = 1000
MARK = "rb_"  # how a token begins, so that one that was published is found
WORD = 43  # letters and digits: 256 bits

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_SCOPE = re.compile(r"(?:/[A-Za-z0-9._-]+)+")


def digest_of(word: str) -> str:
    """Give what a cookie or a token is known by."""
    return sha256(word.encode("utf-8", "replace")).hexdigest()


def named(text: str) -> str:
    """Give a user's name as it is kept: small letters."""
    return text.strip().lower()


def check_name(text: str) -> str:
    """Give a name for a user; FieldErrors."""
    name = named(text)
    if not _NAME.fullmatch(name):
        raise one("name", "must be 1 to 64 letters, digits, dots, dashes, underscores and @, a letter or digit first")
    return name


def check_role(text: Any) -> str:
    """Give a role; FieldErrors."""
    if text not in ROLES:
        raise one("role", f"must be one of {', '.join(ROLES)}")
    return str(text)


def check_password(text: str, name: str) -> str:
    """Give a password that will do; FieldErrors, which never say it."""
    if not SHORTEST <= len(text) <= LONGEST:
        raise one("password", f"must have {SHORTEST} to {LONGEST} characters")
    if CONTROL.search(text):
        raise one("password", "must be one line without control characters")
    if named(text) == name or len(set(text)) < 4:
        raise one("password", "is too easy to guess")
    return text


def one_time(chance: Chance) -> str:
    """Make a password that is good for setting another: 95 bits, to be read from a screen."""
    word = chance.text(16)
    return "-".join(word[place : place + 4] for place in range(0, 16, 4))


def user_of(books: Books, name: str) -> User:
    """Give a user; Unknown."""
    found = books.users.get(named(name))
    if found is None:
        raise Unknown("user", name)
    return found


def is_last(books: Books, user: User) -> bool:
    """Tell whether nobody could administrate without this user."""
    others = [each for each in books.users.all() if each.name != user.name and each.role == ADMINISTRATOR]
    return user.role == ADMINISTRATOR and not others


def remove(books: Books, user: User) -> None:
    """Remove a user with all that lets in by that name."""
    books.sessions.end_others(user.name)
    books.tokens.remove_of(user.name)
    books.users.remove(user.name)


def put_password(books: Books, user: User, digest: str, *, must_change: bool, kept: str = "") -> User:
    """Give a user another password, and end the sessions but the one that is kept."""
    fresh = replace(user, digest=digest, must_change=must_change)
    books.users.put(fresh)
    books.sessions.end_others(user.name, kept)
    return fresh


def is_good(session: Session, utc: float) -> bool:
    """Tell whether a session is good still."""
    return utc - session.created < WHOLE and utc - session.seen < IDLE


def ends(session: Session) -> float:
    """Give when a session ends if nobody uses it."""
    return min(session.created + WHOLE, session.seen + IDLE)


def token_from(row: Mapping[str, Any], role: str, scope: Sequence[str], until: float | None, utc: float) -> Token:
    """Read the token that somebody wants who has this role, and this scope and end of an own token; FieldErrors.

    It gives no more than what it is made by.  Id, digest and user are filled in by the caller.
    """
    errors = []
    name, days, wanted = row.get("name"), row.get("days", TOKEN_DAYS), row.get("scope", [])
    wanted = list(scope) if wanted == [] else wanted
    if not isinstance(name, str) or not 1 <= len(name) <= 64 or CONTROL.search(name):
        errors.append(FieldError("name", "must be a line of 1 to 64 characters"))
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= MOST_DAYS:
        errors.append(FieldError("days", f"must be a number of days, at most {MOST_DAYS}"))
        days = TOKEN_DAYS
    if row.get("role", role) not in ROLES:
        errors.append(FieldError("role", f"must be one of {', '.join(ROLES)}"))
    elif not reaches(role, row.get("role", role)):
        errors.append(FieldError("role", f"is more than your own, {role}"))
    if not isinstance(wanted, list) or not all(isinstance(each, str) and _SCOPE.fullmatch(each) for each in wanted):
        errors.append(FieldError("scope", 'must be a list of parts of the API, such as "/devices"'))
    elif not all(opens(tuple(scope), each) for each in wanted):
        errors.append(FieldError("scope", f"is more than your own, {', '.join(scope)}"))
    if errors:
        raise FieldErrors(errors)
    expires = utc + days * DAY
    return Token(
        "", str(name), "", str(row.get("role", role)), tuple(wanted), None, utc,
        expires if until is None else min(expires, until),
    )  # fmt: skip


def role_of(books: Books, token: Token) -> str | None:
    """Give what a token's holder may do now; None when its user is gone."""
    if token.user is None:
        return token.role
    user = books.users.get(token.user)
    return None if user is None else lesser(token.role, user.role)
