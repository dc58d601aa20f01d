"""A place that reservations are kept at, as those who ask it see it, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ringboot.scripts.sources.client import Client

# A definition as its source has it: by the names of its columns, keys or attributes.  See definition.py.
Record = Mapping[str, object]

SQL, INI, HTTP, FUNCTION = "sql", "ini", "http", "callable"


class SourceFailed(Exception):
    """A source that gave no answer that can be read; the text says why."""


class Source(Protocol):
    """One place; it is asked from several threads at a time."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Name the facts of the client that its answer depends on."""

    def lookup(self, client: Client) -> Sequence[Record]:
        """Give all that is defined for a client, nothing when it is unknown; SourceFailed."""

    def give_up(self, thread: int) -> None:
        """Let a lookup that hangs in that thread come to its end, where that can be done."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source lies and how it is asked, as `[[dhcp.source]]` says; secrets are never shown."""

    name: str
    kind: str  # SQL | INI | HTTP | FUNCTION
    url: str = ""  # sql: without the password; http
    file: Path | None = None  # sql: an SQLite database; ini
    password: str = field(default="", repr=False)
    query: str = ""  # sql; "": the tables maps and subnets
    prefix: str = ""  # sql: before the names of these tables
    any_case: bool = False  # sql: MACs stand in these tables in any spelling of their letters
    extra_maps: tuple[str, ...] = ()  # sql: more columns of these tables, for hooks
    extra_subnets: tuple[str, ...] = ()
    post: bool = True  # http: else GET
    send: Mapping[str, str] = field(default_factory=lambda: {"mac": "mac"})  # http: fact -> the parameter's name
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)  # http: more of them, always the same
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # http
    ca: Path | None = None  # http
    function: str = ""  # the file's path, a colon and the function's name
    timeout: float = 0.25  # seconds until those who ask are told that there is no answer
    cache: float = 5.0  # seconds for which an answer holds
    negative: float = 0.5  # and one that the client is unknown
    stale: float = 86400.0  # seconds for which it is better than none
    connections: int = 4  # lookups at a time

    @property
    def where(self) -> str:
        """Say where it lies, without secrets."""
        return self.url or str(self.file or self.function)
