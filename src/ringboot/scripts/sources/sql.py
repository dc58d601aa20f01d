"""A database: the tables `maps` and `subnets`, or a query of the site's own, on SQLite, PostgreSQL or MariaDB."""

from __future__ import annotations

import math
import os
import re
import socket
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.definition import BadDefinition
from ringboot.scripts.sources.source import Place, Record, SourceFailed

# What a URL may begin with -> the driver that is meant
DRIVERS: dict[str, str] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mariadb": "mariadb+pymysql",
    "mysql": "mysql+pymysql",
}
MOST_ROWS = 32  # definitions of one client
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_SHORTEST = 2  # seconds; libpq takes no shorter time for connecting
_JOINED = "joined"  # the name of a column that tells whether the row of `subnets` is there
_SUBNETS = (
    "lease_time", "gateway", "subnet_mask", "broadcast_address", "ntp_servers", "domain_name_servers", "domain_name",
)  # fmt: skip


def read_url(url: str) -> URL:
    """Read the URL of a database; ValueError."""
    read = _parts(url)
    driver = DRIVERS.get(read.drivername)
    if driver is None:
        raise ValueError(f"{read.drivername!r:.30} is no kind of database; there are {', '.join(sorted(DRIVERS))}")
    if not read.database:
        raise ValueError("it does not name a database")
    return read.set(drivername=driver)


def split_password(url: str) -> tuple[str, str]:
    """Give a URL without its password, and the password; ValueError."""
    read = _parts(url)
    return read._replace(password=None).render_as_string(hide_password=False), str(read.password or "")


def _parts(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("it is no URL of a database") from None


def parameters_of(query: str) -> tuple[str, ...]:
    """Name the parameters of a query: `:mac` and the like, \\: is a colon."""
    return tuple(text(query).compile().params)


def tables_query(place: Place) -> str:
    """Write the query for `maps` and `subnets` (reference: staticDHCPd's schema), more columns included."""
    for name in (*place.extra_maps, *place.extra_subnets):
        if not _IDENTIFIER.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a column")
    columns = ["m.ip", "m.hostname", "m.subnet", "m.serial", *(f"s.{name}" for name in _SUBNETS)]
    more = [(f"m.{name}", f"maps_{name}") for name in place.extra_maps]
    more += [(f"s.{name}", f"subnets_{name}") for name in place.extra_subnets]
    columns += [f"{column} AS {name}" for column, name in more]
    mac = "LOWER(m.mac)" if place.any_case else "m.mac"
    return (
        f"SELECT {', '.join(columns)}, s.serial AS {_JOINED} FROM {place.prefix}maps m "
        f"LEFT JOIN {place.prefix}subnets s ON m.subnet = s.subnet AND m.serial = s.serial WHERE {mac} = :mac"
    )


class SqlSource:
    """A database that is asked for each client; connections are kept, and made again when they break."""

    def __init__(self, place: Place) -> None:
        self._own = bool(place.query)
        self._query = text(place.query or tables_query(place))
        self.reads = tuple(sorted(parameters_of(str(self._query.text))))
        self._names = {f"maps_{name}": f"maps.{name}" for name in place.extra_maps}
        self._names |= {f"subnets_{name}": f"subnets.{name}" for name in place.extra_subnets}
        self._engine = _engine(place)
        self._running: dict[int, Any] = {}  # thread -> its connection, while it asks

    def lookup(self, client: Client) -> Sequence[Record]:
        """Ask; a connection that broke while it was not used is made again once."""
        try:
            return self._ask(client)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise SourceFailed(_words(error)) from None
        except SQLAlchemyError as error:
            raise SourceFailed(_words(error)) from None
        try:
            return self._ask(client)
        except SQLAlchemyError as error:
            raise SourceFailed(_words(error)) from None

    def _ask(self, client: Client) -> Sequence[Record]:
        thread = threading.get_ident()
        said = {name: getattr(client, name) for name in self.reads}
        try:
            with self._engine.connect() as connection:
                self._running[thread] = connection.connection.dbapi_connection
                rows = connection.execute(self._query, said).mappings().fetchmany(MOST_ROWS)
        finally:
            self._running.pop(thread, None)
        return [self._record(dict(row)) for row in rows]

    def _record(self, row: dict[str, object]) -> Record:
        if not self._own and row.pop(_JOINED) is None:
            group = f"{row.get('subnet')}|{row.get('serial')}"
            raise BadDefinition(f"{row.get('ip')} stands in maps with {group}, which has no row in subnets")
        return {self._names.get(name, name): value for name, value in row.items()}

    def give_up(self, thread: int) -> None:
        """Break the connection that a thread waits at."""
        raw = self._running.get(thread)
        with suppress(OSError, sqlite3.Error, AttributeError):
            if isinstance(raw, sqlite3.Connection):
                raw.interrupt()
            elif raw is not None:  # psycopg waits for the socket; PyMySQL has a time-out of its own
                with socket.socket(fileno=os.dup(raw.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        self._engine.dispose()


def _engine(place: Place) -> Engine:
    url = read_url(place.url) if place.url else URL.create("sqlite", database=str(place.file))
    always: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "hide_parameters": True}
    if url.drivername == "sqlite":  # opened each time, which costs little, because the file may have been replaced
        path = f"file:{quote(str(url.database))}?mode=ro"
        return create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(path, uri=True, timeout=place.timeout, check_same_thread=False),
            poolclass=NullPool,
            **always,
        )
    if place.password:
        url = url.set(password=place.password)
    always |= {"poolclass": QueuePool, "pool_size": place.connections, "max_overflow": 0}
    waits: dict[str, object] = {"connect_timeout": max(math.ceil(place.timeout), _SHORTEST)}
    if url.drivername == "postgresql+psycopg":
        from psycopg import ClientCursor  # noqa: PLC0415  # it brings a library of 10 MB, which other databases spare

        # Parameters are written into the query as literals: the server cannot tell the type of `:relay IS NULL`.
        waits["cursor_factory"] = ClientCursor
        engine = create_engine(url, connect_args=waits, **always)
        _at_connect(engine, f"SET statement_timeout = {int(place.timeout * 1000)}")
        return engine
    patience = max(place.timeout, float(_SHORTEST))
    return create_engine(url, connect_args=waits | {"read_timeout": patience, "write_timeout": patience}, **always)


def _at_connect(engine: Engine, statement: str) -> None:
    """Say something to each connection first."""

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        cursor = raw.cursor()
        cursor.execute(statement)
        cursor.close()
        raw.commit()


def _words(error: SQLAlchemyError) -> str:
    """Give the database's own words: the query and what it was asked with stay out of logs."""
    told = getattr(error, "orig", None) or error
    arguments = [each for each in getattr(told, "args", ()) if isinstance(each, str)]
    lines = (arguments[-1] if arguments else str(told)).strip().splitlines()
    return f"{lines[0]:.300}" if lines else type(told).__name__


class SourceDatabase:
    """A database whose tables are read whole, for an import."""

    def __init__(self, place: Place) -> None:
        """Take where it is; ValueError for a URL that is none."""
        self._prefix = place.prefix
        self._engine = _engine(place)

    def table(self, name: str) -> list[dict[str, object]]:
        """Read a table; OSError in the database's own words."""
        try:
            with self._engine.connect() as connection:
                return [dict(row) for row in connection.execute(text(f"SELECT * FROM {self._prefix}{name}")).mappings()]
        except SQLAlchemyError as error:
            raise OSError(_words(error)) from None

    def close(self) -> None:
        """Hang up."""
        self._engine.dispose()
