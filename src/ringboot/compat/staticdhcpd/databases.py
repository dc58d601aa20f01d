"""Where a conf.py's clients stand: its `Database` classes, and ours for the engines that it names."""

from __future__ import annotations

import configparser
import contextlib
import importlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ringboot.compat.staticdhcpd.addresses import MAC
from ringboot.compat.staticdhcpd.definition import Definition

Found = Definition | list[Definition] | None
_SUBNETS = ("lease_time", "gateway", "subnet_mask", "broadcast_address", "domain_name", "domain_name_servers")
_CONNECT_SECONDS = 2


class Database:
    """What a site derives its own from."""

    def lookupMAC(self, mac: MAC) -> Found:
        """Give what a client gets; None when it is not known."""
        raise NotImplementedError

    def reinitialise(self) -> None:
        """Forget what is kept."""


class Null(Database):
    """Knows nobody."""

    def lookupMAC(self, mac: MAC) -> Found:
        """Give None."""
        return None


class CachingDatabase(Database):
    """Keeps who was found, where USE_CACHE says so, until it is told to forget; a subclass has `_lookupMAC`."""

    def __init__(self, concurrency_limit: int = 2**31 - 1) -> None:
        """Take how many look-ups may go on at a time."""
        self._lock = threading.BoundedSemaphore(max(1, concurrency_limit))
        self._kept: dict[MAC, Found] = {}
        self.caching = bool(getattr(importlib.import_module("staticdhcpdlib.config"), "USE_CACHE", False))

    def lookupMAC(self, mac: MAC) -> Found:
        """Give what is kept, else look it up; who is not known is looked up again each time."""
        if mac in self._kept:
            return self._kept[mac]
        with self._lock:
            found = self._lookupMAC(mac)
        if found and self.caching:
            self._kept[mac] = found
        return found

    def _lookupMAC(self, mac: MAC) -> Found:
        raise NotImplementedError

    def reinitialise(self) -> None:
        """Forget who was found."""
        self._kept.clear()


class SQL(CachingDatabase):
    """The tables `maps` and `subnets` of any DB-API module, over one connection that is kept."""

    def __init__(self, connect: Callable[[], Any], mark: str, config: Any) -> None:
        """Take what makes a connection, and how a parameter is marked."""
        super().__init__(1)
        self.caching = bool(config.USE_CACHE)
        self._connect = connect
        self._connection: Any = None
        maps, subnets = tuple(config.EXTRA_MAPS or ()), tuple(config.EXTRA_SUBNETS or ())
        self._extra = (*(f"maps.{name}" for name in maps), *(f"subnets.{name}" for name in subnets))
        columns = ["maps.ip", "maps.subnet", "maps.serial", "maps.hostname", "subnets.ntp_servers"]
        columns += [f"subnets.{name}" for name in _SUBNETS]
        column = "LOWER(maps.mac)" if config.CASE_INSENSITIVE_MACS else "maps.mac"
        self._query = (
            f"SELECT {', '.join((*columns, *self._extra))} FROM maps JOIN subnets"
            f" ON maps.subnet = subnets.subnet AND maps.serial = subnets.serial WHERE {column} = {mark} LIMIT 1"
        )

    def _lookupMAC(self, mac: MAC) -> Found:
        try:
            row = self._row(mac)
        except Exception:
            self.reinitialise()  # a connection that was lost meanwhile is made anew, once
            row = self._row(mac)
        if row is None:
            return None
        ip, subnet, serial, hostname, ntp, lease_time, gateway, mask, broadcast, domain, dns = row[:11]
        extra = dict(zip(self._extra, row[11:], strict=True)) or None
        return Definition(
            ip, lease_time, subnet, serial, hostname, gateway, mask, broadcast, domain, dns, ntp, extra
        )  # fmt: skip

    def _row(self, mac: MAC) -> Sequence[Any] | None:
        if self._connection is None:
            self._connection = self._connect()
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(self._query, (str(mac),))
            found: Sequence[Any] | None = cursor.fetchone()
        self._connection.rollback()  # so that the next look-up sees what was written meanwhile
        return found

    def reinitialise(self) -> None:
        """Forget who was found, and connect anew."""
        super().reinitialise()
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.close()


class INI(Database):
    """A file with sections [subnet|serial] and [mac]; it is read when it begins, and again on reload."""

    def __init__(self, path: Path) -> None:
        """ValueError names file and section of what is wrong."""
        self._path = path
        self._clients = dict(_read_ini(path))

    def lookupMAC(self, mac: MAC) -> Found:
        """Give what a client gets; None when it is not known."""
        return self._clients.get(mac)

    def reinitialise(self) -> None:
        """Read the file again; what was read stays when that fails, with a ValueError."""
        self._clients = dict(_read_ini(self._path))


def _read_ini(path: Path) -> Iterator[tuple[MAC, Definition]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
    except configparser.Error as error:
        raise ValueError(f"{path}: {error}") from None
    groups = {_group(name, path): parser[name] for name in parser.sections() if "|" in name}
    for name in parser.sections():
        if "|" in name:
            continue
        try:
            yield _client(name, parser[name], groups)
        except (KeyError, ValueError) as error:
            why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"{path}: [{name}]: {why}") from None


def _group(name: str, path: Path) -> tuple[str, int]:
    subnet, _, serial = name.rpartition("|")
    if not serial.strip().isdecimal():
        raise ValueError(f"{path}: [{name}]: the serial after | is a number")
    return subnet.strip(), int(serial)


def _client(
    name: str, said: Mapping[str, str], groups: Mapping[tuple[str, int], Mapping[str, str]]
) -> tuple[MAC, Definition]:
    mac = MAC(name)
    subnet, serial = said["subnet"], int(said["serial"])
    group = groups.get((subnet, serial))
    if group is None:
        raise ValueError(f"there is no section [{subnet}|{serial}]")

    def of(key: str) -> str | None:
        return _plain(group.get(key))

    extra: dict[str, Any] = {
        f"{where}.{key}": _typed(text)
        for where, section, known in (("maps", said, _OF_MAPS), ("subnets", group, _OF_SUBNETS))
        for key, text in section.items()
        if key not in known
    }
    return mac, Definition(
        said["ip"], group["lease-time"], subnet, serial, _plain(said.get("hostname")), of("gateway"),
        of("subnet-mask"), of("broadcast-address"), of("domain-name"), of("domain-name-servers"), of("ntp-servers"),
        extra or None,
    )  # fmt: skip


_OF_MAPS = ("ip", "subnet", "serial", "hostname")
_OF_SUBNETS = (
    *("lease-time", "gateway", "subnet-mask", "broadcast-address", "ntp-servers", "domain-name-servers"),
    "domain-name",
)


def _plain(text: str | None) -> str | None:
    """Take a text out of the quotes that the sample file puts around it."""
    if text and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text or None


def _typed(text: str) -> Any:
    """Read "i:5", "f:1.5", "b:yes", "s:text"; with a capital letter None stands for what cannot be read."""
    kind, colon, value = text.partition(":")
    read = _KINDS.get(kind.lower())
    if not colon or read is None:
        return text
    try:
        return read(value.strip())
    except ValueError:
        if kind.isupper():
            return None
        raise


def _flag(text: str) -> bool:
    states = configparser.ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError(f"{text!r} is neither yes nor no")
    return states[text.lower()]


_KINDS: dict[str, Callable[[str], Any]] = {"s": str, "i": int, "f": float, "b": _flag}


def of_settings(config: Any, folder: Path) -> Database | None:
    """Make the database that DATABASE_ENGINE names; files lie beside conf.py.  ValueError says what is missing."""
    engine = config.DATABASE_ENGINE
    if engine is None:
        return None
    if callable(engine):
        made: Database = engine()
        return made
    maker = _ENGINES.get(str(engine).lower())
    if maker is None:
        raise ValueError(f"DATABASE_ENGINE is {engine!r}: None, SQLite, PostgreSQL, MySQL, INI or a callable")
    return maker(config, folder)


def _needed(config: Any, name: str) -> Any:
    value = getattr(config, name, None)
    if not value:
        raise ValueError(f"DATABASE_ENGINE {config.DATABASE_ENGINE!r} needs {name}")
    return value


def _sqlite(config: Any, folder: Path) -> Database:
    path = folder / _needed(config, "SQLITE_FILE")
    # Opened to read only: a name that is mistyped must not become an empty file.
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return SQL(lambda: sqlite3.connect(uri, uri=True, timeout=_CONNECT_SECONDS, check_same_thread=False), "?", config)


def _driver(names: Sequence[str], engine: str) -> Any:
    for name in names:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    raise ValueError(f"DATABASE_ENGINE {engine!r} needs one of the Python modules {', '.join(names)}")


def _postgresql(config: Any, _folder: Path) -> Database:
    driver = _driver(("psycopg", "psycopg2"), "PostgreSQL")
    host = {"host": config.POSTGRESQL_HOST, "port": config.POSTGRESQL_PORT} if config.POSTGRESQL_HOST else {}
    account = {
        "dbname": _needed(config, "POSTGRESQL_DATABASE"),
        "user": _needed(config, "POSTGRESQL_USERNAME"),
        "password": config.POSTGRESQL_PASSWORD,
    }
    more = {"sslmode": config.POSTGRESQL_SSLMODE, "connect_timeout": _CONNECT_SECONDS}
    return SQL(lambda: driver.connect(**account, **host, **more), "%s", config)


def _mysql(config: Any, _folder: Path) -> Database:
    driver = _driver(("MySQLdb", "pymysql"), "MySQL")
    account = {
        "host": config.MYSQL_HOST or "localhost",
        "port": int(config.MYSQL_PORT),
        "user": _needed(config, "MYSQL_USERNAME"),
        "password": config.MYSQL_PASSWORD or "",
        "database": _needed(config, "MYSQL_DATABASE"),
        "connect_timeout": _CONNECT_SECONDS,
    }
    return SQL(lambda: driver.connect(**account), "%s", config)


_ENGINES: dict[str, Callable[[Any, Path], Database]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "ini": lambda config, folder: INI(folder / _needed(config, "INI_FILE")),
}
