"""Users, sessions and tokens, for administrators and for those whose they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.errors import Refused
from ringboot.desk.signins import SignIns, checked
from ringboot.fleet import people
from ringboot.fleet.books import Books, Taken
from ringboot.fleet.fields import Unknown
from ringboot.model.user import Caller, Session, Token, User

Row = dict[str, Any]
T = TypeVar("T")


class PeopleDesk:
    """What `ringboot user` and `ringboot token` need."""

    core: Core
    signins: SignIns

    async def users(self) -> list[Row]:
        """Give all: name, role, created, last_seen, must_change."""
        with self.core.db.reading() as books:
            return [_user_row(user) for user in books.users.all()]

    async def user(self, name: str) -> Row:
        """Give one."""
        with self.core.db.reading() as books:
            return _user_row(checked(lambda: people.user_of(books, name)))

    async def add_user(self, row: Row, who: str) -> Row:
        """Check and add one; without a password one is made, given once, and good for setting another."""
        core = self.core
        name, role = checked(lambda: (people.check_name(row["name"]), people.check_role(row["role"])))
        given = row.get("password")
        if given is not None:
            checked(lambda: people.check_password(given, name))
        password = given if given is not None else people.one_time(core.world.chance)
        must_change = given is None or row.get("must_change", True)
        digest = await self.signins.passwords.digest(password)
        user = User(name, role, digest, core.utc(), must_change=must_change)

        def add(books: Books) -> None:
            if books.users.get(name) is not None:
                raise Taken("name", name, "a user")
            books.users.put(user)

        await self._changed_people(add)
        log.get().info("user added", user=name, role=role, by=who)
        return _user_row(user) | ({} if given is not None else {"password": password})

    async def set_user(self, name: str, changes: Row, who: str) -> Row:
        """Change a user's role; the last administrator stays one."""
        role = checked(lambda: people.check_role(changes.get("role")))

        def change(books: Books) -> User:
            user = people.user_of(books, name)
            fresh = replace(user, role=role)
            if fresh.role != user.role and people.is_last(books, user):
                raise _last(user)
            books.users.put(fresh)
            return fresh

        user = await self._changed_people(change)
        log.get().info("user changed", user=user.name, role=role, by=who)
        return _user_row(user)

    async def remove_user(self, name: str, who: str) -> None:
        """Remove a user with sessions and tokens; not the last administrator."""

        def remove(books: Books) -> User:
            user = people.user_of(books, name)
            if people.is_last(books, user):
                raise _last(user)
            people.remove(books, user)
            return user

        user = await self._changed_people(remove)
        log.get().info("user removed", user=user.name, by=who)

    async def reset_user(self, name: str, who: str) -> Row:
        """Make a password that is good for setting another, give it once, and end the user's sessions."""
        password = people.one_time(self.core.world.chance)
        digest = await self.signins.passwords.digest(password)

        def write(books: Books) -> User:
            return people.put_password(books, people.user_of(books, name), digest, must_change=True)

        user = await self._changed_people(write)
        log.get().info("password reset", user=user.name, by=who)
        return _user_row(user) | {"password": password}

    # --- sessions ---

    async def sessions(self, user: str | None) -> list[Row]:
        """Give the sessions of a user, or of all: id, user, created, last_seen, ends, address, agent."""
        utc = self.core.utc()
        with self.core.db.reading() as books:
            found = [each for each in books.sessions.all() if people.is_good(each, utc)]
        return [_session_row(each) for each in found if user in (None, each.user)]

    async def end_session(self, ident: str, user: str | None) -> None:
        """End one, of this user if one is named."""

        def end(books: Books) -> None:
            for each in books.sessions.all():
                if each.id == ident and user in (None, each.user):
                    books.sessions.end(each.digest)
                    return
            raise Unknown("session", ident)

        await self._changed_people(end)

    # --- tokens ---

    async def tokens(self, user: str | None) -> list[Row]:
        """Give the tokens of a user, or all: id, name, role, scope, user, created, expires, last_used."""
        with self.core.db.reading() as books:
            return [_token_row(each) for each in books.tokens.all() if user in (None, each.user)]

    async def token(self, ident: str, user: str | None) -> Row:
        """Give one, of this user if one is named."""
        with self.core.db.reading() as books:
            return _token_row(checked(lambda: _token_of(books, ident, user)))

    async def add_token(self, row: Row, maker: Caller) -> Row:
        """Make one that gives no more than its maker has; its secret stands in this answer and nowhere else."""
        core = self.core
        wanted = checked(lambda: people.token_from(row, maker.role, maker.scope, _end_of(maker), core.utc()))
        secret = people.MARK + core.world.chance.text(people.WORD)
        ident = core.world.chance.ident()[:8]
        token = replace(wanted, id=ident, digest=people.digest_of(secret), user=maker.user)

        def add(books: Books) -> None:
            if len(books.tokens.all()) >= people.MOST_TOKENS:
                raise Refused(f"There are {people.MOST_TOKENS} tokens. Remove some: ringboot token remove")
            books.tokens.put(token)

        await self._changed_people(add)
        log.get().info("token made", token=token.name, role=token.role, by=maker.who)
        return _token_row(token) | {"secret": secret}

    async def remove_token(self, ident: str, user: str | None, who: str) -> None:
        """Remove one, of this user if one is named."""

        def remove(books: Books) -> Token:
            token = _token_of(books, ident, user)
            books.tokens.remove(token.id)
            return token

        token = await self._changed_people(remove)
        log.get().info("token removed", token=token.name, by=who)

    # --- what the rules say, as answers ---

    async def _changed_people(self, step: Callable[[Books], T]) -> T:
        try:
            return await self.core.db.write(lambda books: checked(lambda: step(books)))
        except Taken as error:
            raise Refused(f"There is a {error.owner.removeprefix('a ')} {error.value} already.") from None


def _last(user: User) -> Refused:
    return Refused(
        f"{user.name} is the last administrator. Make somebody else one first: ringboot user set NAME --role "
        "administrator",
        code="last-administrator",
    )


def _end_of(maker: Caller) -> float | None:
    """Give when what the maker showed ends, as far as a token made by it must not live longer."""
    return maker.until if maker.via.startswith("token ") else None


def _token_of(books: Books, ident: str, user: str | None) -> Token:
    token = books.tokens.get(ident)
    if token is None or user not in (None, token.user):
        raise Unknown("token", ident)
    return token


def _user_row(user: User) -> Row:
    return {
        "name": user.name, "role": user.role, "created": user.created, "last_seen": user.seen,
        "must_change": user.must_change,
    }  # fmt: skip


def _session_row(session: Session) -> Row:
    return {
        "id": session.id, "user": session.user, "created": session.created, "last_seen": session.seen,
        "ends": people.ends(session), "address": session.address, "agent": session.agent,
    }  # fmt: skip


def _token_row(token: Token) -> Row:
    return {
        "id": token.id, "name": token.name, "role": token.role, "scope": list(token.scope), "user": token.user,
        "created": token.created, "expires": token.expires, "last_used": token.used,
    }  # fmt: skip
