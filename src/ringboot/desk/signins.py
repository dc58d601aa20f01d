"""Who asks: sign-in by password, and what a cookie or a token says."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.errors import Busy, NotFound, NotLetIn, Refused, TooMany, sentence
from ringboot.desk.passwords import Passwords
from ringboot.fleet import people
from ringboot.fleet.books import Books
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.fleet.tries import Tries
from ringboot.model.user import ADMINISTRATOR, Caller, Session, User

SEEN_EVERY = 60.0  # seconds between two notes of when somebody was seen
LONGEST_AGENT = 200

T = TypeVar("T")


class SignedIn(NamedTuple):
    """What a browser is given: the word of its cookie, and who it is now."""

    cookie: str
    caller: Caller


class SignIns:
    """Those who are let in over the network."""

    def __init__(self, core: Core, passwords: Passwords | None = None) -> None:
        self._core = core
        self.passwords = passwords or Passwords()
        self._tries = Tries()
        self._noted: dict[str, float] = {}  # session or token -> when it was written down as seen

    async def begin(self) -> None:
        """Where nobody can sign in yet, make the first user and say the password, once."""
        with self._core.db.reading() as books:
            if books.users.all():
                return
        password = people.one_time(self._core.world.chance)
        utc = self._core.utc()
        user = User(people.FIRST, ADMINISTRATOR, await self.passwords.digest(password), utc, must_change=True)
        await self._core.db.write(lambda books: books.users.put(user))
        # The only place where it stands; whoever misses it: ringboot user reset admin.
        log.get().warning("first sign-in: the password is good for setting another", user=user.name, one_time=password)

    async def sign_in(self, name: str, password: str, address: str, agent: str) -> SignedIn:
        """Let a user in from an address; NotLetIn, TooMany, Busy."""
        core, name = self._core, people.named(name)[: people.LONGEST]
        with core.db.reading() as books:
            user = books.users.get(name)
        fits = await self._fits(password, user, name, address)
        if user is None or not fits:
            log.get().warning("sign-in failed", user=user.name if user is not None else "unknown", address=address)
            raise NotLetIn("User and password do not go together.")
        cookie, utc = core.world.chance.text(people.WORD), core.utc()
        session = Session(
            people.digest_of(cookie), core.world.chance.ident()[:8], name, utc, utc, address, agent[:LONGEST_AGENT]
        )
        now = await core.db.write(lambda books: _began(books, session, user.digest))
        log.get().info("signed in", user=name, address=address)
        return SignedIn(cookie, _caller(session, now, cookie))

    async def prove(self, name: str, secret: str, address: str) -> Caller:
        """Tell who shows a token, or a name and a password, for one request; NotLetIn, TooMany, Busy."""
        if not name.strip():
            known = self.of_token(secret.strip())
            if known is None:
                raise NotLetIn("This token is not known, or it has expired.")
            return known
        name = people.named(name)[: people.LONGEST]
        with self._core.db.reading() as books:
            user = books.users.get(name)
        fits = await self._fits(secret, user, name, address)
        if user is None or not fits:
            log.get().warning("sign-in failed", user=user.name if user is not None else "unknown", address=address)
            raise NotLetIn("User and password do not go together.")
        if user.must_change:
            raise NotLetIn("Sign in to the administrator's pages first, and set a password of your own.")
        return Caller(user.role, user.name, via="password", user=user.name)

    async def sign_out(self, session: str) -> None:
        """End the session with this digest."""
        await self._core.db.write(lambda books: books.sessions.end(session))

    def of_cookie(self, cookie: str) -> Caller | None:
        """Tell who has this cookie; None: nobody any more."""
        utc = self._core.utc()
        with self._core.db.reading() as books:
            session = books.sessions.get(people.digest_of(cookie))
            user = books.users.get(session.user) if session is not None else None
        if session is None or user is None or not people.is_good(session, utc):
            return None
        seen = session.seen
        if utc - seen >= SEEN_EVERY:
            self._note(session.digest, utc, lambda books: _seen(books, session.digest, utc))
        return _caller(session, user, cookie)

    def of_token(self, secret: str) -> Caller | None:
        """Tell whose token this is; None: nobody's, or it has expired."""
        utc = self._core.utc()
        with self._core.db.reading() as books:
            token = books.tokens.of(people.digest_of(secret))
            role = people.role_of(books, token) if token is not None else None
        if token is None or role is None or utc >= token.expires:
            return None
        if token.used is None or utc - token.used >= SEEN_EVERY:
            self._note(token.digest, utc, lambda books: _used(books, token.id, utc))
        return Caller(
            role, token.user or token.name, via=f"token {token.name}", user=token.user, scope=token.scope,
            until=token.expires,
        )  # fmt: skip

    async def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Set a user's own password, and end their other sessions; Refused, TooMany, Busy."""
        core = self._core
        if caller.user is None or not caller.session:
            raise Refused("Sign in with your name and password to change it.")
        with core.db.reading() as books:
            user = checked(lambda: people.user_of(books, str(caller.user)))
        if not await self._fits(old, user, user.name, caller.session):
            raise Refused("The present password is not this one.", {"old": "is not your password"})
        if new == old:
            raise Refused("The new password is the old one.", {"password": "is the old one"})
        digest = await self.passwords.digest(checked(lambda: people.check_password(new, user.name)))

        def write(books: Books) -> None:
            now = people.user_of(books, user.name)
            people.put_password(books, now, digest, must_change=False, kept=caller.session)

        await core.db.write(lambda books: checked(lambda: write(books)))
        log.get().info("password changed", user=user.name)

    async def _fits(self, password: str, user: User | None, name: str, place: str) -> bool:
        """Tell whether this is the user's password, which takes as long where there is no user; TooMany, Busy."""
        utc = self._core.utc()
        wait = self._tries.wait(name, place, utc)
        if wait > 0:
            raise TooMany(f"Too many sign-ins failed. Try again in {math.ceil(wait / 60)} min.", wait)
        self._tries.tried(name, place, utc)
        try:
            fits = await self.passwords.fits(password[: people.LONGEST + 1], user.digest if user is not None else None)
        except Busy:
            self._tries.undo(name, place, utc)
            raise
        if fits:
            self._tries.right(name, place, utc)
        return fits

    def _note(self, digest: str, utc: float, write: Callable[[Books], None]) -> None:
        """Write down that somebody was seen, without anybody waiting; not again while that is under way."""
        if utc - self._noted.get(digest, 0.0) < SEEN_EVERY:
            return
        self._noted = {key: when for key, when in self._noted.items() if utc - when < SEEN_EVERY}
        self._noted[digest] = utc
        self._core.background.start(self._core.db.write(write), "the note of who was seen")


def checked(read: Callable[[], T]) -> T:
    """Give what the rules give; what they complain of is Refused or NotFound."""
    try:
        return read()
    except FieldErrors as error:
        raise Refused(f"{sentence(error)}.", error.as_dict()) from None
    except Unknown as error:
        raise NotFound(f"{sentence(error)}.") from None


def _caller(session: Session, user: User, cookie: str) -> Caller:
    csrf = hmac.new(cookie.encode(), b"csrf", "sha256").hexdigest()
    return Caller(
        user.role, user.name, csrf, "session", user.name, session.digest, user.must_change, until=people.ends(session)
    )


def _began(books: Books, session: Session, digest: str) -> User:
    """Begin a session, unless the password was changed meanwhile; gives the user as now."""
    user = books.users.get(session.user)
    if user is None or user.digest != digest:
        raise NotLetIn("User and password do not go together.")
    books.sessions.end_old(session.created - people.IDLE, session.created - people.WHOLE)
    books.sessions.put(session)
    user = replace(user, seen=session.created)
    books.users.put(user)
    return user


def _seen(books: Books, digest: str, utc: float) -> None:
    session = books.sessions.get(digest)
    user = books.users.get(session.user) if session is not None else None
    if session is not None and user is not None:
        books.sessions.put(replace(session, seen=utc))
        books.users.put(replace(user, seen=utc))


def _used(books: Books, ident: str, utc: float) -> None:
    token = books.tokens.get(ident)
    if token is not None:
        books.tokens.put(replace(token, used=utc))
