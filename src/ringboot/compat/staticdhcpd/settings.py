"""The settings of a conf.py: their defaults, what has an effect here, and where the others are set now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

HERE = "here"


class Setting(NamedTuple):
    """One row; `where` is HERE, the place in ringboot.toml, or why nobody needs it."""

    name: str
    default: Any
    where: str


_USER = "systemd starts the daemon as its own user"
_SERVED = "[admin] and its users: the pages are ours"
_LOGGED = "the daemon's log goes to standard error, and systemd keeps it"
_ALERTED = "[[webhook]]: the daemon sends no mail"
_CACHED = "a cache of the database is not needed here"

TABLE: tuple[Setting, ...] = (
    Setting("DEBUG", False, _LOGGED),
    Setting("SYSTEM_NAME", "staticDHCPd", HERE),
    Setting("DAEMON", True, "systemd starts the daemon"),
    Setting("PID_FILE", None, "systemd starts the daemon"),
    Setting("UID", None, _USER),
    Setting("GID", None, _USER),
    Setting("DHCP_SERVER_IP", None, "[server] address and [dhcp] interfaces"),
    Setting("DHCP_RESPONSE_INTERFACE", "-", "[dhcp] interfaces"),
    Setting("DHCP_RESPONSE_INTERFACE_QTAGS", None, "[dhcp] interfaces: name the VLAN's interface"),
    Setting("DHCP_SERVER_PORT", 67, "[dhcp] port"),
    Setting("DHCP_CLIENT_PORT", 68, "[dhcp] port"),
    Setting("PROXY_PORT", None, "[dhcp] pxe_port"),
    Setting("USE_CACHE", False, HERE),
    Setting("CACHING_MODEL", "in-process", _CACHED),
    Setting("DISK_CACHE", False, _CACHED),
    Setting("DISK_CACHE_PERSISTENT", None, _CACHED),
    Setting("MEMCACHED_HOST", None, _CACHED),
    Setting("MEMCACHED_PORT", 11211, _CACHED),
    Setting("MEMCACHED_AGE_TIME", 300, _CACHED),
    Setting("DATABASE_ENGINE", None, HERE),
    Setting("CASE_INSENSITIVE_MACS", False, HERE),
    Setting("EXTRA_MAPS", None, HERE),
    Setting("EXTRA_SUBNETS", None, HERE),
    Setting("USE_POOL", True, "one connection is kept open"),
    Setting("SQLITE_FILE", None, HERE),
    *(
        Setting(f"{engine}_{name}", default, HERE)
        for engine, port in (("POSTGRESQL", 5432), ("MYSQL", 3306))
        for name, default in (
            ("DATABASE", None),
            ("USERNAME", None),
            ("PASSWORD", None),
            ("HOST", None),
            ("PORT", port),
        )
    ),
    Setting("POSTGRESQL_SSLMODE", "disable", HERE),
    Setting("POSTGRESQL_MAXIMUM_CONNECTIONS", 4, "one connection is kept open"),
    Setting("MYSQL_MAXIMUM_CONNECTIONS", 4, "one connection is kept open"),
    Setting("ORACLE_DATABASE", None, "a callable as DATABASE_ENGINE: Oracle has no adapter here"),
    Setting("ORACLE_USERNAME", None, "a callable as DATABASE_ENGINE: Oracle has no adapter here"),
    Setting("ORACLE_PASSWORD", None, "a callable as DATABASE_ENGINE: Oracle has no adapter here"),
    Setting("ORACLE_MAXIMUM_CONNECTIONS", 4, "a callable as DATABASE_ENGINE: Oracle has no adapter here"),
    Setting("INI_FILE", None, HERE),
    Setting("ALLOW_LOCAL_DHCP", True, HERE),
    Setting("ALLOW_DHCP_RELAYS", False, HERE),
    Setting("ALLOWED_DHCP_RELAYS", [], HERE),
    Setting("ENABLE_RAPIDCOMMIT", True, "rapid_commit of a [[dhcp.network]]"),
    Setting("AUTHORITATIVE", False, HERE),
    Setting("NAK_RENEWALS", False, HERE),
    Setting("UNAUTHORIZED_CLIENT_TIMEOUT", 60, HERE),
    Setting("MISBEHAVING_CLIENT_TIMEOUT", 150, "the daemon sheds load by itself"),
    Setting("ENABLE_SUSPEND", True, "the daemon sheds load by itself"),
    Setting("SUSPEND_THRESHOLD", 10, "the daemon sheds load by itself"),
    Setting("LOG_FILE", None, _LOGGED),
    Setting("LOG_FILE_HISTORY", 7, _LOGGED),
    Setting("LOG_FILE_SEVERITY", "WARN", _LOGGED),
    Setting("LOG_CONSOLE_SEVERITY", "INFO", _LOGGED),
    Setting("WEB_ENABLED", True, _SERVED),
    Setting("WEB_IP", "0.0.0.0", _SERVED),
    Setting("WEB_PORT", 30880, _SERVED),
    Setting("WEB_LOG_HISTORY", 200, _SERVED),
    Setting("WEB_LOG_SEVERITY", "INFO", _SERVED),
    Setting("WEB_LOG_MAX_HEIGHT", 400, _SERVED),
    Setting("WEB_DIGEST_USERNAME", None, _SERVED),
    Setting("WEB_DIGEST_PASSWORD", None, _SERVED),
    Setting("WEB_DASHBOARD_SECURE", False, _SERVED),
    Setting("WEB_REINITIALISE_ENABLED", True, "`ringboot reload`"),
    Setting("WEB_REINITIALISE_CONFIRM", True, "`ringboot reload`"),
    Setting("WEB_REINITIALISE_SECURE", False, "`ringboot reload`"),
    Setting("WEB_REINITIALISE_HIDDEN", False, "`ringboot reload`"),
    Setting("WEB_DASHBOARD_ORDER_LOG", 1000, _SERVED),
    Setting("WEB_HEADER_TITLE", True, _SERVED),
    Setting("WEB_HEADER_CSS", True, _SERVED),
    Setting("WEB_HEADER_FAVICON", True, _SERVED),
    Setting("EMAIL_ENABLED", False, _ALERTED),
    Setting("EMAIL_SERVER", None, _ALERTED),
    Setting("EMAIL_SOURCE", None, _ALERTED),
    Setting("EMAIL_DESTINATION", None, _ALERTED),
    Setting("EMAIL_PORT", 25, _ALERTED),
    Setting("EMAIL_TIMEOUT", 4.0, _ALERTED),
    Setting("EMAIL_SUBJECT", "staticDHCPd encountered a problem", _ALERTED),
    Setting("EMAIL_USER", None, _ALERTED),
    Setting("EMAIL_PASSWORD", None, _ALERTED),
)
BY_NAME = {row.name: row for row in TABLE}
RENAMED = {
    "PXE_PORT": "PROXY_PORT",
    "CACHE_ON_DISK": "DISK_CACHE",
    "PERSISTENT_CACHE": "DISK_CACHE_PERSISTENT",
    "MEMCACHED_SERVER": "MEMCACHED_HOST",
}


def read(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give every setting: what a conf.py says in upper case, under today's name, and the defaults of the rest."""
    made = {row.name: list(row.default) if isinstance(row.default, list) else row.default for row in TABLE}
    own = {name: value for name, value in said.items() if name.isupper()}
    return made | {RENAMED.get(name, name): value for name, value in own.items()} | own


def notes(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Say, once each, where the settings that have no effect here are set now."""
    return tuple(f"{', '.join(names)}: {note}" for note, names in places(said).items())


def places(said: Iterable[str]) -> dict[str, list[str]]:
    """Give the settings that have no effect here, by what is to be said about them."""
    found: dict[str, list[str]] = {}
    for name in said:
        row = BY_NAME.get(RENAMED.get(name, name))
        if row is not None and row.where is not HERE:
            found.setdefault(_note(row.where), []).append(name)
    return found


def _note(where: str) -> str:
    here = where.startswith("[") or " of a [[" in where
    return f"set in ringboot.toml: {where}" if here else where
