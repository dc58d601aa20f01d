"""Whether phones show the right time: their files against the tz database, for every zone, in two years."""

from __future__ import annotations

import calendar
import re
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree as ET

from ringboot.catalog import FOLDER
from ringboot.plugins.job import RenderJob, ServerFacts
from ringboot.plugins.manifest import load_manifest
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


# --- the 7940 and 7960 on SIP firmware: SIPDefault.cnf


@lru_cache
def sip_clock(posix: str) -> Clock:
    """Read the clock of SIP<MAC>.cnf."""
    lines = written("cisco-7900", "7940", stands_for(posix), "sip").splitlines()
    there = {name: value.strip('"') for name, value in (line.split(": ", 1) for line in lines)}
    offset = {"PST": -480, "MST": -420, "CST": -360, "EST": -300, "GMT": 0, "CET": 60}.get(there["time_zone"])
    if offset is None:
        hours, minutes = map(int, there["time_zone"][1:].split("/"))
        offset = (hours * 60 + minutes) * (-1 if there["time_zone"][0] == "-" else 1)
    if there["dst_auto_adjust"] == "0":
        return Clock(offset, 0, ())
    save = [int(part) for part in there["dst_offset"].split("/")]

    def change(name: str) -> tuple[int, ...]:
        assert there[f"dst_{name}_day"] == "0", "not a day of the month: the day of the week counts"
        month = list(calendar.month_name).index(there[f"dst_{name}_month"])
        weekday = (list(calendar.day_name).index(there[f"dst_{name}_day_of_week"]) + 1) % 7
        week = int(there[f"dst_{name}_week_of_month"])
        hour, minute = map(int, there[f"dst_{name}_time"].split(":"))
        return (month, 5 if week == 8 else week, weekday, hour * 60 + minute)

    return rule(offset, save[0] * 60 + sum(save[1:]), change("start"), change("stop"))


# From 00:00 to 23:59: the last minute of a day instead of its end.
SIP_LATE = {
    **dict.fromkeys(("America/Santiago", "Chile/Continental", "Africa/Cairo", "Egypt"), timedelta(minutes=1)),
    **dict.fromkeys(("America/Godthab", "America/Nuuk", "America/Scoresbysund"), HOUR),
    **dict.fromkeys(("Asia/Jerusalem", "Asia/Tel_Aviv", "Israel"), timedelta(hours=2, minutes=1)),
    **dict.fromkeys(("Asia/Gaza", "Asia/Hebron"), timedelta(hours=26, minutes=1)),
}


def test_the_older_sip_phones_have_every_zone() -> None:
    wrong = {}
    for zone in ZONES:
        true, told = truth(zone), sip_clock(rule_of(zone))
        if zone in RAMADAN:
            assert (told.save, told.offset) == (0, true.offset + true.save), zone
            continue
        assert (told.offset, told.save) == (true.offset, true.save), zone
        if off := late(told, true):
            wrong[zone] = off
    assert wrong == {zone: off for zone, off in SIP_LATE.items() if zone in ZONES}


# --- a brand that counts weeks from any day of a month: "the first Saturday on or after the 24th"


@lru_cache
def polycom_clock(posix: str) -> Clock:
    """Read the clock of <mac>-user.cfg."""
    told = ET.fromstring(written("polycom", "VVX411", stands_for(posix))).find("tcpIpApp")
    assert told is not None
    there = {name.removeprefix("tcpIpApp.sntp."): value for name, value in told.attrib.items()}
    offset = int(there["gmtOffset"]) // 60
    if there["daylightSavings.enable"] == "0":
        return Clock(offset, 0, ())
    assert there["daylightSavings.fixedDayEnable"] == "0", "not a day of the month: the day of the week counts"

    def changes(name: str, east: int) -> Iterator[datetime]:
        month, date, weekday, hour, last = (
            int(there[f"daylightSavings.{name}.{part}"])
            for part in ("month", "date", "dayOfWeek", "time", "dayOfWeek.lastInMonth")
        )
        assert 0 <= hour <= 23
        assert last or 1 <= date <= calendar.monthrange(2026, month)[1] - 6, "always in this month"
        for year in YEARS:
            day = datetime(year, month, calendar.monthrange(year, month)[1] - 6 if last else date, tzinfo=UTC)
            day += timedelta(days=(weekday - 1 - day.isoweekday()) % 7)
            yield day + timedelta(minutes=hour * 60 - east)

    summer = offset + 60
    return Clock(offset, 60, tuple(sorted((*changes("start", offset), *changes("stop", summer)))))


# The end of a last Thursday may be in the next month; minutes are rounded; summer time is one hour.
POLYCOM_LATE = {
    **dict.fromkeys(("Africa/Cairo", "Egypt"), HOUR),
    **dict.fromkeys(("NZ-CHAT", "Pacific/Chatham"), timedelta(minutes=15)),
    **dict.fromkeys(("Australia/LHI", "Australia/Lord_Howe"), HOUR / 2),
    TROLL: HOUR,
}
POLYCOM_SAVES = {TROLL: 120, "Australia/LHI": 30, "Australia/Lord_Howe": 30}


def test_the_fifth_brand_has_every_zone() -> None:
    wrong = {}
    for zone in ZONES:
        true, told = truth(zone), polycom_clock(rule_of(zone))
        if zone in RAMADAN:
            assert (told.save, told.offset) == (0, true.offset + true.save), zone
            continue
        assert told.offset == true.offset, zone
        if true.save:
            assert (told.save, true.save) == (60, POLYCOM_SAVES.get(zone, 60)), zone
        if off := late(told, true):
            wrong[zone] = off
    assert wrong == {zone: off for zone, off in POLYCOM_LATE.items() if zone in ZONES}


# --- the newer phones of the second brand: a name; when its summer time begins and ends is in the firmware

# Minutes by which the name that comes nearest is off in winter.
NAME_OFF = {
    **dict.fromkeys(("Etc/GMT-14", "Pacific/Kiritimati"), -120),
    **dict.fromkeys(("Etc/GMT-13", "Pacific/Apia", "Pacific/Enderbury", "Pacific/Fakaofo"), -60),
    **dict.fromkeys(("Pacific/Kanton", "Pacific/Tongatapu"), -60),
    **dict.fromkeys(("NZ-CHAT", "Pacific/Chatham"), -45),
    **dict.fromkeys(("Australia/LHI", "Australia/Lord_Howe", "Pacific/Marquesas"), -30),
    **dict.fromkeys(("Asia/Rangoon", "Asia/Yangon", "Indian/Cocos"), -30),
    **dict.fromkeys(("Asia/Kathmandu", "Asia/Katmandu"), -15),
    "Australia/Eucla": 15,
    **dict.fromkeys(RAMADAN, 60),  # right but for Ramadan
}
# A name with summer time for a zone without, because the offset has no other ...
SUMMER_TOO_MUCH = {
    "Africa/Algiers",
    "Africa/Bangui",
    "Africa/Brazzaville",
    "Africa/Douala",
    "Africa/Kinshasa",
    "Africa/Lagos",
    "Africa/Libreville",
    "Africa/Luanda",
    "Africa/Malabo",
    "Africa/Ndjamena",
    "Africa/Niamey",
    "Africa/Porto-Novo",
    "Africa/Tunis",
    "America/Noronha",
    "Asia/Tehran",
    "Atlantic/Cape_Verde",
    "Atlantic/South_Georgia",
    "Brazil/DeNoronha",
    "Etc/GMT+1",
    "Etc/GMT+2",
    "Etc/GMT+8",
    "Etc/GMT+9",
    "Etc/GMT-1",
    "Iran",
    "Pacific/Gambier",
    "Pacific/Pitcairn",
}
# ... and one without for a zone that has it. (The name of Santiago does not tell that it has it.)
SUMMER_MISSING = {
    "America/Adak",
    "America/Atka",
    "America/Miquelon",
    "Chile/EasterIsland",
    "Pacific/Easter",
    "Pacific/Norfolk",
    "US/Aleutian",
}
SANTIAGO = {"America/Santiago", "Chile/Continental"}


def test_every_zone_has_the_name_that_comes_nearest() -> None:
    tables = load_manifest(FOLDER / "cisco-7900").tables
    zones, rules = dict(tables["zones"]), dict(tables["rules"])
    minutes = {name: int(offset) for offset, row in rules.items() for name in row.values()}
    minutes |= {name: truth(zone).offset for zone, name in zones.items()}
    off, too_much, missing = {}, set(), set()
    for zone in ZONES:
        true = truth(zone)
        alike = zone if zone in zones else stands_for(rule_of(zone))
        told = re.search("<timeZone>(.*)</timeZone>", written("cisco-7900", "7912G", alike))
        assert told, zone
        if minutes[told[1]] != true.offset:
            off[zone] = minutes[told[1]] - true.offset
        elif "Daylight" in told[1] and not true.save:
            too_much.add(zone)
        elif true.save and "Daylight" not in told[1]:
            missing.add(zone)
    assert off == {zone: by for zone, by in NAME_OFF.items() if zone in ZONES}
    assert too_much == SUMMER_TOO_MUCH & set(ZONES)
    assert missing == (SUMMER_MISSING | SANTIAGO) & set(ZONES)
