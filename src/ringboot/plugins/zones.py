"""Time zones as phones want them: an offset, and the two days of the year when the clock changes.

The rules come from the POSIX string at the end of each zone's file (RFC 8536 3.3), the one source that says what
holds from now on.
"""

from __future__ import annotations

import importlib.resources
import re
import zoneinfo
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,3}")
_LARGEST = 64 * 1024  # octets of a zone's file
_ABBREVIATION = r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]{3,})"
_TIME = r"[+-]?\d{1,3}(?::\d{2}(?::\d{2})?)?"
_RULE = rf"M(\d{{1,2}})\.(\d)\.(\d)(?:/({_TIME}))?"
_POSIX = re.compile(rf"{_ABBREVIATION}({_TIME})(?:{_ABBREVIATION}({_TIME})?,{_RULE},{_RULE})?")


@dataclass(frozen=True, slots=True)
class Change:
    """When the clock changes every year."""

    month: int  # 1..12
    week: int  # 1..4, 5 = the last
    weekday: int  # 0 = Sunday
    seconds: int  # of that day, by the clock as it stood before; may be negative, or more than a day


@dataclass(frozen=True, slots=True)
class Dst:
    """Summer time."""

    save: int  # seconds that the clock is put forward
    start: Change
    end: Change


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone as it holds from now on."""

    name: str
    offset: int  # seconds east of Greenwich, in winter
    posix: str
    dst: Dst | None


@lru_cache(maxsize=1024)
def zone_of(name: str) -> Zone | None:
    """Give the facts of a zone of the tz database; None when there is no such zone."""
    posix = _footer(name) if _NAME.fullmatch(name) else None
    return None if posix is None else parse_posix(name, posix)


def parse_posix(name: str, posix: str) -> Zone | None:
    """Read a POSIX TZ string (POSIX.1 8.3, with RFC 8536's longer times); None when it is none."""
    found = _POSIX.fullmatch(posix)
    if found is None:
        return None
    west, dst_west, *fields = found.groups()
    offset = -_seconds(west)
    if fields[0] is None:
        return Zone(name, offset, posix, None)
    save = -_seconds(dst_west) - offset if dst_west else 3600
    start, end = _change(fields[:4]), _change(fields[4:])
    if save < 0:  # Dublin: the law calls winter the exception; a phone wants summer to be it
        offset, save, start, end = offset + save, -save, end, start
    return Zone(name, offset, posix, Dst(save, start, end))


def _change(fields: list[str]) -> Change:
    month, week, weekday, time = fields
    return Change(int(month), int(week), int(weekday), _seconds(time) if time else 7200)


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds, *_ = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (hours * 3600 + minutes * 60 + seconds)


def _footer(name: str) -> str | None:
    """Read the last line of a zone's file, from where zoneinfo would read it."""
    data = _data(name)
    if data is None or not data.startswith(b"TZif") or data[4:5] < b"2":
        return None
    return data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")


def _data(name: str) -> bytes | None:
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if path.is_file() and path.stat().st_size <= _LARGEST:
            return path.read_bytes()
    *folders, last = name.split("/")
    try:
        return importlib.resources.files(".".join(("tzdata", "zoneinfo", *folders))).joinpath(last).read_bytes()
    except (ModuleNotFoundError, OSError):
        return None
