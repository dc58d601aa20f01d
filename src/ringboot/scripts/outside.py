"""What a hook may ask of the rest of the daemon, or tell it: devices, notices to web services, lines of the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ringboot.scripts.mac import MAC
from ringboot.scripts.store import Store


class Outside(Protocol):
    """What the process gives to its hooks."""

    def device(self, mac: str) -> Mapping[str, Any] | None:
        """Give the device of a MAC; TimeoutError when main does not say in time."""

    def notify(self, url: str, body: Any, headers: Mapping[str, str]) -> None:
        """Queue a message to a web service; ValueError."""

    def log(self, level: str, text: str, values: Mapping[str, object]) -> None:
        """Write a line."""

    def scan(self, addresses: Sequence[str], seconds: float) -> Mapping[str, str]:
        """Ask by ARP who uses these addresses, and give the MACs of those who answer; OSError says why not."""

    def seed(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """Make leases for hosts that are there already; gives the addresses that were refused, and why; OSError."""

    def pools(self, network: str) -> Sequence[str]:
        """Name the addresses of a network's pools; LookupError when there is no such network."""

    def lease_time(self, network: str) -> int:
        """Tell how long its addresses are lent, in seconds; LookupError."""

    @property
    def store(self) -> Store:
        """Give what outlives the process."""

    def later(self, job: Callable[[], None]) -> None:
        """Have something done that takes long, beside the hooks, as soon as dhcp is there."""


_here: Outside | None = None
_jobs: list[Callable[[], None]] = []  # that came before anybody could do them


def use(outside: Outside | None) -> None:
    """Let hooks reach this from now on."""
    global _here  # noqa: PLW0603  scripts import functions, not a place that is handed to them
    _here = outside
    while outside is not None and _jobs:
        outside.later(_jobs.pop(0))


def is_there() -> bool:
    """Tell whether there is a daemon around the hooks."""
    return _here is not None


def later(job: Callable[[], None]) -> None:
    """Have something done beside the hooks, now or as soon as there is a daemon."""
    if _here is None:
        _jobs.append(job)
    else:
        _here.later(job)


def here() -> Outside:
    """Give what hooks reach; RuntimeError outside of any process that runs hooks."""
    if _here is None:
        raise RuntimeError("this works in hooks of a running daemon, and in 'ringboot script test'")
    return _here


@dataclass(frozen=True, slots=True)
class Device:
    """A device as the daemon knows it."""

    id: str  #: How it is called in the API.
    mac: MAC  #: Its MAC.
    address: str  #: Its address.
    vendor: str  #: Who made it.
    model: str  #: Which one it is.
    version: str  #: Its firmware.
    plugin: str  #: The plugin that makes its files.
    config: str  #: The config that they are made from.
    configured: bool  #: Whether they stand.


class Devices:
    """The devices of the daemon."""

    def by_mac(self, mac: str) -> Device | None:
        """Give the device with a MAC; TimeoutError when it is not known in time."""
        row = here().device(MAC(mac))
        if row is None:
            return None
        texts = {name: str(row.get(name) or "") for name in ("id", "vendor", "model", "version", "plugin", "config")}
        return Device(
            mac=MAC(mac), address=str(row.get("address") or ""), configured=bool(row.get("configured")), **texts
        )


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a device; what is not known of it is empty."""

    at: datetime  #: When, in UTC.
    device: str  #: The device's id.
    mac: str  #: Its MAC.
    address: str  #: The address that it used.
    plugin: str  #: Its plugin.
    model: str  #: Which one it is.
    version: str  #: Its firmware.
    path: str  #: The file that it asked for.
    outcome: str  #: What became of that, by a reason's name.


class Log:
    """The daemon's log."""

    def debug(self, text: str, **values: object) -> None:
        """Write what only `ringboot serve --verbose` shows."""
        here().log("debug", text, values)

    def info(self, text: str, **values: object) -> None:
        """Write a line."""
        here().log("info", text, values)

    def warning(self, text: str, **values: object) -> None:
        """Write a warning."""
        here().log("warning", text, values)

    def error(self, text: str, **values: object) -> None:
        """Write an error."""
        here().log("error", text, values)


def notify(url: str, json: Any, headers: Mapping[str, str] | None = None) -> None:
    """Tell a web service (POST) something as JSON; it is queued, and tried again until it is taken."""
    here().notify(url, json, dict(headers or {}))


devices = Devices()
log = Log()
