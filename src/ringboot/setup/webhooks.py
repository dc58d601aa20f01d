"""The section of ringboot.toml about who is told what happens, by HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from ringboot.fleet import webhooks
from ringboot.setup.kinds import Folder, Meaning, Name, shown
from ringboot.setup.problems import Wrong

SHORTEST = 16  # octets of a secret
_STRICT = ConfigDict(extra="forbid")
_LONGEST_URL = 2000


def _url(value: Any) -> str:
    todo = 'write it as "https://HOST/PATH"'
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or len(text) > _LONGEST_URL or not text.isascii() or any(each <= " " for each in text):
        raise Wrong(f"{shown(value)} is no URL that can be told anything", todo)
    if parts.username is not None or parts.fragment:
        raise Wrong("holds a user, a password or a #", f"{todo}; the receiver knows us by the signature")
    return text


def _events(value: Any) -> tuple[str, ...]:
    known = [row.name for row in webhooks.TABLE]
    rows = value if isinstance(value, list | tuple) else [value]
    for each in rows:
        if each not in known:
            raise Wrong(f"{shown(each)} is no event", f"events are {', '.join(known)}")
    if not rows:
        raise Wrong("is an empty list", "name at least one, or leave it out for all")
    return tuple(dict.fromkeys(rows))


Url = Annotated[str, BeforeValidator(_url), Meaning("URL", '"https://nms.example.org/ringboot"')]
Events = Annotated[
    tuple[str, ...], BeforeValidator(_events), Meaning("event, or a list of them", '["failed", "pool-low"]')
]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Webhook:
    """A receiver that is told what happens, by HTTP: see [the how-to](../howto/webhooks.md)."""

    name: Name = Field(description="How it is called here.")
    url: Url = Field(description="Where events are posted to. Redirects are not followed.")
    secret_file: Folder = Field(
        description=f"The file with the secret that every message is signed with: {SHORTEST} octets or more, without "
        "the line's end. A relative path starts at the configuration file."
    )
    events: Events = Field(
        default=(),
        description="What it is told: " + ", ".join(f"`{row.name}`" for row in webhooks.TABLE) + ". Default: all.",
    )
    ca: Folder | None = Field(
        default=None, description="The CA that the receiver's certificate is signed by, as PEM. Default: the system's."
    )

    @property
    def wanted(self) -> tuple[str, ...]:
        """Give the events that it is told."""
        return self.events or tuple(row.name for row in webhooks.TABLE)

    @property
    def origin(self) -> str:
        """Give the URL without what may be a secret of its receiver: path and query."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def read_secret(path: Path) -> bytes:
    """Read the secret of a receiver; Wrong."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        todo = "make it, readable for the daemon's user only: openssl rand -hex 32"
        raise Wrong(f"{path} cannot be read: {error.strerror}", todo) from None
    if len(secret) < SHORTEST:
        raise Wrong(f"{path} holds fewer than {SHORTEST} octets", "make a longer one: openssl rand -hex 32")
    return secret
