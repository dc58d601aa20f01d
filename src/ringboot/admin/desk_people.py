"""What the API asks about people: users, sessions, tokens, and who somebody is."""

from __future__ import annotations

from typing import Any, Protocol

from ringboot.model.user import Caller

Row = dict[str, Any]


class Let(Protocol):
    """What somebody is given who signed in."""

    @property
    def cookie(self) -> str:
        """Give the word of the cookie."""
        ...

    @property
    def caller(self) -> Caller:
        """Tell who it is."""
        ...


class SignInDesk(Protocol):
    """Who is let in over the network."""

    async def sign_in(self, name: str, password: str, address: str, agent: str) -> Let:
        """Let a user in; NotLetIn, TooMany, Busy."""
        ...

    async def sign_out(self, session: str) -> None:
        """End the session with this digest."""
        ...

    def of_cookie(self, cookie: str) -> Caller | None:
        """Tell who has this cookie."""
        ...

    def of_token(self, secret: str) -> Caller | None:
        """Tell whose token this is."""
        ...

    async def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Set a user's own password."""
        ...


class PeopleDesk(Protocol):
    """Users {name, role, created, last_seen, must_change}, their sessions, and tokens."""

    @property
    def signins(self) -> SignInDesk:
        """Give the part that tells who somebody is."""
        ...

    async def users(self) -> list[Row]:
        """Give all."""
        ...

    async def user(self, name: str) -> Row:
        """Give one."""
        ...

    async def add_user(self, row: Row, who: str) -> Row:
        """Check and add one; without a password one is made and given, once."""
        ...

    async def set_user(self, name: str, changes: Row, who: str) -> Row:
        """Change a role."""
        ...

    async def remove_user(self, name: str, who: str) -> None:
        """Remove one with sessions and tokens; Refused for the last administrator."""
        ...

    async def reset_user(self, name: str, who: str) -> Row:
        """Make a password that is good for setting another, and give it, once."""
        ...

    async def sessions(self, user: str | None) -> list[Row]:
        """Give the sessions of a user, or all: {id, user, created, last_seen, ends, address, agent}."""
        ...

    async def end_session(self, ident: str, user: str | None) -> None:
        """End one, of this user if one is named."""
        ...

    async def tokens(self, user: str | None) -> list[Row]:
        """Give the tokens of a user, or all: {id, name, role, scope, user, created, expires, last_used}."""
        ...

    async def token(self, ident: str, user: str | None) -> Row:
        """Give one."""
        ...

    async def add_token(self, row: Row, maker: Caller) -> Row:
        """Make one that gives no more than its maker has; with its secret, once."""
        ...

    async def remove_token(self, ident: str, user: str | None, who: str) -> None:
        """Remove one."""
        ...
