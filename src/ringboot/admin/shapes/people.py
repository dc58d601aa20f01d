"""Users, sessions and tokens, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt

from ringboot.admin.shapes.bodies import Body, Name
from ringboot.admin.shapes.things import Utc

Role = Literal["viewer", "operator", "administrator"]
Scope = Annotated[list[str], Field(description="The parts of the API that are opened, as /devices; none: all.")]


class Person(BaseModel):
    """Somebody who signs in."""

    name: str
    role: Role
    created: Utc
    last_seen: Utc | None
    must_change: bool = Field(description="Whether another password must be set before anything else.")


class FreshUser(Person):
    """A user with the password that was made: it is told once, and is good for setting another."""

    password: str | None = Field(default=None, description="Not there when it was given.")


class Session(BaseModel):
    """A browser that signed in."""

    id: str
    user: str
    created: Utc
    last_seen: Utc
    ends: Utc = Field(description="If nobody uses it until then.")
    address: str
    agent: str = Field(description="What the browser says of itself.")


class Token(BaseModel):
    """What a program shows."""

    id: str
    name: str
    role: Role
    scope: Scope
    user: str | None = Field(description="With whom it goes; None: it was made on the daemon's machine.")
    created: Utc
    expires: Utc
    last_used: Utc | None


class FreshToken(Token):
    """A token with its secret, which is told once."""

    secret: str


class WhoAsks(BaseModel):
    """Who asks, by what they showed."""

    user: str
    role: Role
    via: str = Field(description="unix, session, or token with its name")
    csrf: str = Field(description="What a session's writes repeat as X-CSRF-Token.")
    must_change: bool = Field(description="Whether another password must be set before anything else.")
    scope: Scope
    until: Utc | None = Field(description="When what they showed ends.")


class SignIn(Body):
    """A name and a password."""

    user: Name
    password: Name


class OwnPassword(Body):
    """The present password, and another."""

    old: Name
    password: Name


class NewUser(Body):
    """A user; without a password one is made."""

    name: Name
    role: Role
    password: Name | None = None
    must_change: StrictBool = Field(default=True, description="Whether the given password is good for once.")


class UserRole(Body):
    """A user's role."""

    role: Role


class NewToken(Body):
    """A token, which gives no more than its maker has."""

    name: Name
    role: Role | None = Field(default=None, description="None: the maker's own.")
    scope: Scope = Field(default_factory=list)
    days: StrictInt | StrictFloat = Field(default=90, description="How long it is good.")
