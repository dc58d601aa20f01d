"""A config goes to the device that a call comes from: by a code of six digits, to one device or to none."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.fleet import configs, devices
from ringboot.fleet.books import Books
from ringboot.fleet.devices import Done
from ringboot.fleet.synchronise import Line, line_of
from ringboot.fleet.world import World
from ringboot.model.address import ip_number, ip_text, mac_text
from ringboot.model.device import Config, Device
from ringboot.model.event import Event
from ringboot.reasons import Reason

CODE = re.compile(r"[0-9]{6}")
_CONTACT = re.compile(r"<?sips?:(?:([^@;>\s]{1,200})@)?(\[[0-9a-fA-F:.]+\]|[^:;>\s]{1,253})")

SPAN = 600.0  # seconds that a wrong code counts
MOST_OF_ONE = 5  # wrong codes from one address
MOST_OF_ALL = 30  # and of all: who asks for others may name any address


class Caller(NamedTuple):
    """Where a call comes from, as the telephone system tells."""

    address: str | None  # where its packets come from
    user: str | None  # of its SIP contact


class Outcome(NamedTuple):
    """What became of a code."""

    reason: Reason
    detail: dict[str, Any]
    device: Device | None = None
    config: str | None = None
    done: tuple[Done, ...] = ()  # what is to be rendered
    lines: Mapping[str, Line] = {}  # device -> what it registers by until it reads its files
    sync: int | None = None  # the job that lets them read their files

    @property
    def is_done(self) -> bool:
        """Tell whether the config was given."""
        return self.reason is reasons.CODE_USED

    @property
    def reason_id(self) -> str:
        """Name the reason."""
        return self.reason.id

    def __str__(self) -> str:
        return reasons.tell(self.reason.id, self.detail)


class Guard:
    """Counts wrong codes, so that nobody finds one by trying; in memory, and never more than it allows."""

    def __init__(self) -> None:
        self._wrong: deque[tuple[float, str]] = deque()

    def is_shut(self, address: str, utc: float) -> bool:
        """Tell whether no more is tried for this address now."""
        while self._wrong and not 0 <= utc - self._wrong[0][0] < SPAN:
            self._wrong.popleft()
        own = sum(each == address for _, each in self._wrong)
        return own >= MOST_OF_ONE or len(self._wrong) >= MOST_OF_ALL

    def wrong(self, address: str, utc: float) -> None:
        """Count one; also one that is tried just now, since many may be tried at once."""
        self._wrong.append((utc, address))

    def right(self, address: str, utc: float) -> None:
        """Take back what was counted, because the code was none that nobody has."""
        with suppress(ValueError):
            self._wrong.remove((utc, address))


def caller(contact: str | None, address: str | None) -> Caller:
    """Read a SIP contact (RFC 3261 20.10) and an address with or without its port; what cannot be read is None."""
    found = _CONTACT.search(contact or "")
    user, host = found.groups() if found else (None, None)
    return Caller(_address(address) or _address(host), user)


def _address(text: str | None) -> str | None:
    try:
        return None if text is None else ip_text(ip_number(text.strip().partition(":")[0]))
    except ValueError:
        return None


def use(books: Books, world: World, code: str, calling: Caller, *, who: str, utc: float) -> Outcome:
    """Give the config with this code to the calling device; with none or several candidates nothing is given."""
    config = books.configs.of_code(code) if CODE.fullmatch(code) else None
    if config is None:
        return _told(books, Outcome(reasons.CODE_UNKNOWN, {"address": calling.address or "?"}), calling, utc)
    found = _device(books, world, calling, utc)
    if isinstance(found, Outcome):
        return _told(books, found, calling, utc)
    touched = [] if found.config == config.id else [*books.devices.find("config", config.id), found]
    lines = {device.id: line_of(books, device) for device in touched}
    steps = list(_moved(books, world, config, touched, who=who, utc=utc))
    detail = {"config": config.id, "address": calling.address, "who": who}
    after = books.devices.get(found.id)
    return _told(books, Outcome(reasons.CODE_USED, detail, after, config.id, tuple(steps), lines), calling, utc)


def _moved(
    books: Books, world: World, config: Config, touched: Sequence[Device], *, who: str, utc: float
) -> Iterator[Done]:
    """Give a config to the last of these devices, and take it from the others, who have it: a user has one phone."""
    for place, device in enumerate(touched, start=1):
        values = {"config": config.id if place == len(touched) else None}
        yield devices.change(books, world, device.id, values, who=who, utc=utc)


def _device(books: Books, world: World, calling: Caller, utc: float) -> Device | Outcome:
    """Find the calling device: the one at its address; behind a router the one of them that has its account."""
    if calling.address is None:
        return Outcome(reasons.CODE_NOBODY, {"address": "an address that was not told"})
    there = _there(books, world, calling.address, utc)
    detail: dict[str, Any] = {"address": calling.address, "user": calling.user or "none", "count": len(there)}
    if not there:
        return Outcome(reasons.CODE_NOBODY, detail)
    if len(there) == 1 and not world.settings.nat:
        return next(iter(there.values()))
    named = [device for device in there.values() if calling.user and calling.user in _accounts(books, device)]
    if len(named) == 1:
        return named[0]
    return Outcome(reasons.CODE_SEVERAL if named or len(there) > 1 else reasons.CODE_NOT_SURE, detail)


def _there(books: Books, world: World, address: str, utc: float) -> dict[str, Device]:
    there = {device.id: device for device in books.devices.find("ip", address)}
    lease = world.leases.at(address, utc)
    if lease is not None and lease.mac:
        there |= {device.id: device for device in books.devices.find("mac", mac_text(lease.mac))}
    return there


def passwords(books: Books, world: World, address: str, user: str, utc: float) -> tuple[str, ...]:
    """Give the passwords of an account that devices at an address have before somebody assigns them; else none."""
    found = []
    for device in _there(books, world, address, utc).values():
        flat = configs.for_device(books.configs, device)
        if flat is None or not any(_is_autocreate(books, each) for each in flat.order):
            continue
        found += [str(line["password"]) for line in _lines(flat) if user in _names(line) and line.get("password")]
    return tuple(dict.fromkeys(found))


def _is_autocreate(books: Books, ident: str) -> bool:
    config = books.configs.get(ident)
    return config is not None and config.role == configs.AUTOCREATE


def _accounts(books: Books, device: Device) -> set[str]:
    flat = configs.for_device(books.configs, device)
    return {name for line in _lines(flat) for name in _names(line)} if flat is not None else set()


def _lines(flat: configs.Flat) -> list[dict[str, Any]]:
    return [line for line in (flat.raw.get("sip_lines") or {}).values() if line]


def _names(line: dict[str, Any]) -> set[str]:
    return {str(line[key]) for key in ("username", "auth_username") if line.get(key)}


def _told(books: Books, outcome: Outcome, calling: Caller, utc: float) -> Outcome:
    device = outcome.device
    mac, ident = (device.mac, device.id) if device is not None else (None, None)
    books.events.add(Event(utc, outcome.reason.id, mac, ident, calling.address, outcome.detail))
    return outcome
