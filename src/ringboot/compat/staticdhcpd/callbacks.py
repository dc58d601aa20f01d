"""What a site registers: functions told each second, on reload, after each packet, and those that make pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ringboot.compat.staticdhcpd.addresses import MAC, IPv4

WEB_METHOD_DASHBOARD, WEB_METHOD_TEMPLATE, WEB_METHOD_RAW = 1, 2, 3


class Address(NamedTuple):
    """Where a packet came from."""

    ip: IPv4 | None
    port: int


class Statistics(NamedTuple):
    """What became of one packet; `processing_time` in seconds, `processed`: it was answered."""

    source_address: Address
    mac: MAC
    ip: IPv4 | None
    subnet: Any
    serial: Any
    method: str
    processing_time: float
    processed: bool
    port: int


@dataclass(frozen=True, slots=True)
class WebMethod:
    """A page of the site, at a path of its own."""

    path: str
    callback: Callable[..., Any]
    cacheable: bool = False
    hidden: bool = True
    secure: bool = False
    module: str | None = None
    name: str | None = None
    confirm: bool = False
    display_mode: int = WEB_METHOD_RAW


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A piece of the dashboard."""

    module: str
    name: str
    callback: Callable[..., Any]
    ordering: int


class Callbacks:
    """The object that a conf.py knows as `callbacks`."""

    WEB_METHOD_DASHBOARD = WEB_METHOD_DASHBOARD
    WEB_METHOD_TEMPLATE = WEB_METHOD_TEMPLATE
    WEB_METHOD_RAW = WEB_METHOD_RAW

    def __init__(self) -> None:
        """Begin with nothing registered."""
        self.reinit: list[Callable[[], Any]] = []
        self.tick: list[Callable[[], Any]] = []
        self.stats: list[Callable[[Statistics], Any]] = []
        self.headers: list[Callable[..., Any]] = []
        self.dashboard: list[Dashboard] = []
        self.methods: dict[str, WebMethod] = {}

    def systemAddReinitHandler(self, callback: Callable[[], Any]) -> None:
        """Call a function when the site is told to begin afresh."""
        _add(self.reinit, callback)

    def systemRemoveReinitHandler(self, callback: Callable[[], Any]) -> bool:
        """Take it back; tell whether it was there."""
        return _remove(self.reinit, callback)

    def systemAddTickHandler(self, callback: Callable[[], Any]) -> None:
        """Call a function once a second."""
        _add(self.tick, callback)

    def systemRemoveTickHandler(self, callback: Callable[[], Any]) -> bool:
        """Take it back; tell whether it was there."""
        return _remove(self.tick, callback)

    def statsAddHandler(self, callback: Callable[[Statistics], Any]) -> None:
        """Call a function with the Statistics of each packet."""
        _add(self.stats, callback)

    def statsRemoveHandler(self, callback: Callable[[Statistics], Any]) -> bool:
        """Take it back; tell whether it was there."""
        return _remove(self.stats, callback)

    def webAddHeader(self, callback: Callable[..., Any]) -> None:
        """Put what a function gives into the head of the pages."""
        _add(self.headers, callback)

    def webRemoveHeader(self, callback: Callable[..., Any]) -> bool:
        """Take it back; tell whether it was there."""
        return _remove(self.headers, callback)

    def webAddDashboard(
        self, module: str, name: str, callback: Callable[..., Any], ordering: int | None = None
    ) -> None:
        """Put what a function gives onto the dashboard; those without `ordering` come last, as they were added."""
        place = ordering if ordering is not None else max((each.ordering for each in self.dashboard), default=0) + 1
        self.webRemoveDashboard(callback)
        self.dashboard.append(Dashboard(module, name, callback, place))

    def webRemoveDashboard(self, callback: Callable[..., Any]) -> bool:
        """Take it back; tell whether it was there."""
        kept = [each for each in self.dashboard if each.callback != callback]
        found = len(kept) < len(self.dashboard)
        self.dashboard = kept
        return found

    def webAddMethod(
        self,
        path: str,
        callback: Callable[..., Any],
        cacheable: bool = False,
        hidden: bool = True,
        secure: bool = False,
        module: str | None = None,
        name: str | None = None,
        confirm: bool = False,
        display_mode: int = WEB_METHOD_RAW,
    ) -> None:
        """Show what a function gives at a path; ValueError when the path is taken."""
        if path in self.methods:
            raise ValueError(f"{path} is taken; webRemoveMethod({path!r}) first")
        self.methods[path] = WebMethod(path, callback, cacheable, hidden, secure, module, name, confirm, display_mode)

    def webRemoveMethod(self, path: str) -> bool:
        """Take it back; tell whether it was there."""
        return self.methods.pop(path, None) is not None


def _add(found: list[Any], callback: object) -> None:
    if callback not in found:
        found.append(callback)


def _remove(found: list[Any], callback: object) -> bool:
    if callback not in found:
        return False
    found.remove(callback)
    return True


class Namespace:
    """Settings of one extension: `with extensions.NAME as x: x.KEY = value`."""

    def __enter__(self) -> Namespace:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def extension_config_merge(self, defaults: dict[str, Any] | None = None, required: Any = ()) -> Merged:
        """Give the settings over their defaults; ValueError names what is required and missing."""
        merged = Merged((defaults or {}) | vars(self))
        missing = [name for name in required or () if name not in merged]
        if missing:
            raise ValueError(f"the extension needs {', '.join(missing)}")
        return merged

    def extension_config_dict(self) -> dict[str, Any]:
        """Give the settings as a dictionary."""
        return dict(vars(self))

    def extension_config_iter(self) -> Iterator[tuple[str, Any]]:
        """Give the settings one by one."""
        return iter(tuple(vars(self).items()))


class Merged(dict[str, Any]):
    """Settings by attribute or key."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the extension has no setting {name}") from None


class Extensions:
    """What a conf.py knows as `extensions`: a namespace for each name that is asked for."""

    def __getattr__(self, name: str) -> Namespace:
        if name.startswith("__"):
            raise AttributeError(name)
        made = Namespace()
        setattr(self, name, made)
        return made
