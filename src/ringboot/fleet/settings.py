"""Settings that change at run time, a row each: name, kind, default, what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ringboot.fleet.books import SettingBook
from ringboot.fleet.fields import Unknown, one


class Setting(NamedTuple):
    """One setting; `values` maps what a person may write to the value, `reads` takes any other text (ValueError)."""

    name: str
    default: Any
    values: Mapping[str, Any]
    help: str
    reads: Callable[[str], Any] | None = None


def _proxy(text: str) -> str:
    """Check the address of a proxy."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme == "http" and parts.hostname and parts.port and parts.path in ("", "/")
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise ValueError("must be http://HOST:PORT, or empty")
    if "@" in parts.netloc:
        raise ValueError("must not hold a password: everybody who may look at settings would see it")
    return text


_SWITCH = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}

NAT = Setting(
    "NAT",
    0,
    {"0": 0, "1": 1},
    "1: several devices may have one address, because they sit behind a router that hides them. "
    "0: a device that proves to be at an address takes it from any other.",
)
DHCP_INTEGRATION = Setting(
    "dhcp_integration",
    True,
    _SWITCH,
    "true: what a device says when it gets its address makes it known, and tells its model. "
    "false: a device is known when it asks for a file.",
)

HTTP_PROXY = Setting(
    "http_proxy",
    "",
    {"": ""},
    "http://HOST:PORT: what is fetched from elsewhere, such as firmware, comes through this proxy. Empty: directly.",
    _proxy,
)

TABLE: dict[str, Setting] = {row.name: row for row in (NAT, DHCP_INTEGRATION, HTTP_PROXY)}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings as they hold now."""

    nat: bool = False
    dhcp_integration: bool = True
    http_proxy: str = ""


def read(book: SettingBook) -> Settings:
    """Give the settings as they hold now."""
    kept = book.all()
    return Settings(
        nat=bool(kept.get(NAT.name, NAT.default)),
        dhcp_integration=bool(kept.get(DHCP_INTEGRATION.name, DHCP_INTEGRATION.default)),
        http_proxy=str(kept.get(HTTP_PROXY.name, HTTP_PROXY.default)),
    )


def values(book: SettingBook) -> dict[str, Any]:
    """Give name -> value of every setting, defaults included."""
    kept = book.all()
    return {name: kept.get(name, row.default) for name, row in TABLE.items()}


def set_value(book: SettingBook, name: str, value: object, who: str, utc: float) -> Any:
    """Change a setting and give its new value; Unknown, FieldErrors."""
    row = TABLE.get(name)
    if row is None:
        raise Unknown("setting", name)
    fresh = _written(row, str(value).strip())
    book.put(name, fresh, who, utc)
    return fresh


def _written(row: Setting, text: str) -> Any:
    if text.lower() in row.values:
        return row.values[text.lower()]
    if row.reads is None:
        raise one(row.name, f"must be one of {' '.join(row.values)}")
    try:
        return row.reads(text)
    except ValueError as error:
        raise one(row.name, str(error)) from None
