"""Whether phones show the right time: their files against the tz database, for every zone, in two years."""

from __future__ import annotations

import calendar
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ringboot.catalog import FOLDER
from ringboot.plugins.job import RenderJob, ServerFacts
from ringboot.plugins.render import Made, make
from ringboot.plugins.zones import zone_of

YEARS = (2026, 2027)
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
# They follow the moon: the tz database lists their days one by one, and a phone knows a rule only.
RAMADAN = {"Africa/Casablanca", "Africa/El_Aaiun"}
HOUR = timedelta(hours=1)


class Clock(NamedTuple):
    """What a phone believes: minutes east of Greenwich in winter, and when summer time begins and ends in UTC."""

    offset: int
    save: int  # minutes; 0 without summer time
    changes: tuple[datetime, ...]  # of YEARS, in order


@lru_cache(maxsize=1024)
def truth(name: str) -> Clock:
    """Ask the tz database."""
    zone = zoneinfo.ZoneInfo(name)
    changes = tuple(_changes(zone))
    offsets = {_minutes(zone, at) for at in (datetime(YEARS[0], 1, 1, tzinfo=UTC), *changes)}
    return Clock(min(offsets), max(offsets) - min(offsets), changes)


def _changes(zone: zoneinfo.ZoneInfo) -> Iterator[datetime]:
    at = datetime(YEARS[0], 1, 1, tzinfo=UTC)
    while at.year <= YEARS[-1]:
        after = at + timedelta(days=8)
        if _minutes(zone, at) != _minutes(zone, after):
            low, high = at, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (low, middle) if _minutes(zone, middle) != _minutes(zone, at) else (middle, high)
            yield _to_the_minute(high)
        at = after


def _minutes(zone: zoneinfo.ZoneInfo, at: datetime) -> int:
    return int(at.astimezone(zone).utcoffset().total_seconds()) // 60  # type: ignore[union-attr]  # an aware time has one


def _to_the_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) if at.second or at.microsecond else at


def day_of(year: int, month: int, week: int, weekday: int) -> datetime:
    """Give the day of a rule: week 1 to 4, or 5 = the last; weekday 0 = Sunday."""
    last = calendar.monthrange(year, month)[1]
    days = [day for day in range(1, last + 1) if calendar.weekday(year, month, day) == (weekday - 1) % 7]
    return datetime(year, month, days[-1] if week == 5 else days[week - 1], tzinfo=UTC)


def rule(offset: int, save: int, start: tuple[int, ...], end: tuple[int, ...]) -> Clock:
    """Make a clock from month, week, weekday, minutes by the clock as it stood before."""
    begun = [day_of(year, *start[:3]) + timedelta(minutes=start[3] - offset) for year in YEARS]
    ended = [day_of(year, *end[:3]) + timedelta(minutes=end[3] - offset - save) for year in YEARS]
    return Clock(offset, save, tuple(sorted(begun + ended)))


def late(told: Clock, true: Clock) -> timedelta:
    """Say how far off the worst of its changes is."""
    assert len(told.changes) == len(true.changes)
    return max((abs(one - other) for one, other in zip(told.changes, true.changes, strict=True)), default=timedelta())


def written(brand: str, model: str, zone: str, part: str = "") -> str:
    """Give the file of a phone that stands in a zone."""
    device = {"id": "d1", "mac": "00:08:5d:23:74:29", "model": model}
    made = make(RenderJob(1, str(FOLDER / brand), {"timezone": zone}, SERVER, device))
    assert isinstance(made, Made), made
    return next(page.data.decode() for page in made.pages if page.part == part)


@lru_cache
def stands_for(posix: str) -> str:
    """Give one zone of those with a rule: most templates look at nothing else, and a file takes a while."""
    return next(zone for zone in ZONES if rule_of(zone) == posix)


@lru_cache(maxsize=1024)
def rule_of(name: str) -> str:
    zone = zone_of(name)
    assert zone is not None, name
    return zone.posix


@lru_cache
def aastra_clock(posix: str) -> Clock:
    """Read the clock of an Aastra phone's file."""
    zone = stands_for(posix)
    there = dict(line.split(": ", 1) for line in written("aastra", "6751i", zone).splitlines() if ": " in line)
    offset = -int(there["time zone minutes"])
    if there["dst config"] == "0":
        return Clock(offset, 0, ())

    def change(name: str) -> tuple[int, ...]:
        month, week, day, hour = (int(there[f"dst {name} {part}"]) for part in ("month", "week", "day", "hour"))
        return (month, 5 if week == -1 else week, day - 1, hour * 60)

    return rule(offset, int(there["dst minutes"]), change("start"), change("end"))


# Full hours from 0 to 23 cannot say: the end of a day, an hour before it begins, a quarter to, fifty hours into it.
AASTRA_LATE = {
    **dict.fromkeys(("America/Santiago", "Chile/Continental"), HOUR),
    **dict.fromkeys(("Africa/Cairo", "Egypt"), HOUR),
    **dict.fromkeys(("America/Godthab", "America/Nuuk", "America/Scoresbysund"), HOUR),
    **dict.fromkeys(("NZ-CHAT", "Pacific/Chatham"), timedelta(minutes=45)),
    **dict.fromkeys(("Asia/Jerusalem", "Asia/Tel_Aviv", "Israel"), 3 * HOUR),
    **dict.fromkeys(("Asia/Gaza", "Asia/Hebron"), 27 * HOUR),
}
TROLL = "Antarctica/Troll"  # two hours of summer time; the phone knows one at most


def test_the_first_brand_has_every_zone() -> None:
    wrong = {}
    for zone in ZONES:
        true, told = truth(zone), aastra_clock(rule_of(zone))
        if zone in RAMADAN:
            assert (told.save, told.offset) == (0, true.offset + true.save), zone
            continue
        assert told.offset == true.offset, zone
        assert told.save == (60 if zone == TROLL else true.save), zone
        if off := late(told, true):
            wrong[zone] = off
    assert wrong.pop(TROLL) == HOUR
    assert wrong == {zone: off for zone, off in AASTRA_LATE.items() if zone in ZONES}
