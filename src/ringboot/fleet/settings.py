"""Settings that change at run time, a row each: name, kind, default, what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ringboot.fleet.books import SettingBook
from ringboot.fleet.fields import Unknown, one


class Setting(NamedTuple):
    """One setting; `values` maps what a person may write to the value."""

    name: str
    default: Any
    values: Mapping[str, Any]
    help: str


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

TABLE: dict[str, Setting] = {row.name: row for row in (NAT, DHCP_INTEGRATION)}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings as they hold now."""

    nat: bool = False
    dhcp_integration: bool = True


def read(book: SettingBook) -> Settings:
    """Give the settings as they hold now."""
    kept = book.all()
    return Settings(
        nat=bool(kept.get(NAT.name, NAT.default)),
        dhcp_integration=bool(kept.get(DHCP_INTEGRATION.name, DHCP_INTEGRATION.default)),
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
    text = str(value).strip().lower()
    if text not in row.values:
        raise one(name, f"must be one of {' '.join(row.values)}")
    book.put(name, row.values[text], who, utc)
    return row.values[text]
