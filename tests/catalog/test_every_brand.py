"""What holds for every brand: each model renders and parses, no value adds a setting, clocks are right."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from tests.catalog.test_files import BRANDS, LINE, ZONES, file, manifest, models, outcome

from ringboot.plugins.job import TemplateFault
from ringboot.plugins.render import Made, Page
from ringboot.plugins.zones import zone_of

CONFIGS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "configs.toml").read_text())
_SETTING = re.compile(r"(?:(SET \w+|GET \S+|\[\w+\]|[A-Z][A-Z0-9_]+)(?: |$)|([^:=]*[^:= ]) *[:=])")
_QUOTED = re.compile(r'"[^"]*"|<[^>]*>')
EVIL = 'Ann "O\'Hara" ]]> & <b>x</b> # ; = : \U0001f4de %NULL% </settings><!-- ${x} {{ 7 * 7 }}'


def settings_of(brand: str, page: Page) -> Counter[str]:
    """Read a file as its format has it and name what it sets, as often as it does."""
    known = manifest(brand)
    formats = {entry.part: entry.format or known.format for entry in known.device.files.values()}
    if formats[page.part] == "xml":
        return Counter(_paths(ET.fromstring(page.data)))
    if formats[page.part] == "raw":  # a line of its own kind: what is not quoted is the setting
        return Counter(_QUOTED.sub("", line) for line in page.data.decode().splitlines())
    lines = page.data.decode().split("\n")
    assert lines.pop() == ""
    if formats[page.part] == "commands":  # what stands in quotation marks is a value
        assert not [line for line in lines if line.count('"') % 2], page.path
        return Counter(re.sub('"[^"]*"', '""', line) for line in lines)
    found = [_SETTING.match(line) for line in lines if line.strip() and not line.startswith(("#", "<"))]  # and headings
    assert all(found), page.path
    return Counter(each[1] or each[2] for each in found if each)


def _paths(element: ET.Element, above: str = "") -> Iterator[str]:
    path = f"{above}/{element.tag}{sorted(element.attrib)}"
    yield path
    for inner in element:
        yield from _paths(inner, path)


def made(brand: str, model: str, raw: dict[str, Any]) -> Made:
    result = outcome(brand, model, raw)
    assert isinstance(result, Made), result
    return result


@pytest.mark.parametrize("brand", BRANDS)
def test_every_model_renders_and_parses_with_nothing_and_with_everything(brand: str) -> None:
    ntp = manifest(brand).params.get("ntp_ip")
    for model in models(brand):
        assert all(settings_of(brand, page) for page in made(brand, model, {}).pages), model
        pages = made(brand, model, CONFIGS["paris"]).pages
        assert all(settings_of(brand, page) for page in pages), model
        if (
            manifest(brand).machine is None
            and manifest(brand).phone(model)["protocol"] != ("SCCP",)
            and not (ntp and ntp.help.startswith("Not used"))
        ):
            assert any(b"10.0.0.1" in page.data for page in pages), model


@pytest.mark.parametrize("brand", BRANDS)
def test_one_configuration_makes_the_same_octets_every_time(brand: str) -> None:
    model = models(brand)[0]
    again = [[(page.path, page.data) for page in made(brand, model, CONFIGS["paris"]).pages] for _ in range(2)]
    assert again[0] == again[1]


@pytest.mark.parametrize("brand", BRANDS)
def test_no_display_name_adds_a_setting(brand: str) -> None:
    for model in (models(brand)[0], models(brand)[-1]):
        plain, evil = (
            made(
                brand, model,
                {"protocol": "SIP", "sip_lines": {"1": {**LINE, "display_name": name}},
                 "funckeys": {"1": {"type": "blf", "value": "2", "label": name}}},
            )
            for name in ("Ann", EVIL)
        )  # fmt: skip
        assert [settings_of(brand, page) for page in plain.pages] == [settings_of(brand, page) for page in evil.pages]


@pytest.mark.parametrize("brand", BRANDS)
def test_a_key_of_a_line_that_nobody_configured_is_no_fault(brand: str) -> None:
    for model in (models(brand)[0], models(brand)[-1]):
        for kind in ("speeddial", "blf", "park"):
            keys = {"1": {"type": kind, "value": "2", "label": "x", "line": 2}}
            made(brand, model, {"protocol": "SIP", "sip_lines": {"1": LINE}, "funckeys": keys})


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\x00"])
def test_a_line_end_in_a_name_is_refused_or_escaped(brand: str, end: str) -> None:
    raw = {"protocol": "SIP", "sip_lines": {"1": {**LINE, "display_name": f"x{end}admin_password = 1"}}}
    for model in (models(brand)[0], models(brand)[-1]):
        result = outcome(brand, model, raw)
        if isinstance(result, TemplateFault):
            assert "sip_lines.1.display_name" in result.why
            continue
        raw_plain = {"protocol": "SIP", "sip_lines": {"1": {**LINE, "display_name": "x"}}}
        plain = made(brand, model, raw_plain)
        assert [settings_of(brand, each) for each in result.pages] == [settings_of(brand, each) for each in plain.pages]


@pytest.mark.parametrize("brand", BRANDS)
def test_secrets_are_in_a_devices_own_files_only(brand: str) -> None:
    raw = {
        "admin_password": "canary-a", "user_password": "canary-u", "protocol": "SIP",
        "sip_lines": {"1": {**LINE, "password": "canary-l"}}, "X_snom_firmware": {"D785": "some.bin"},
    }  # fmt: skip
    common = outcome(brand, None, raw)
    assert isinstance(common, Made)
    pages = [*common.pages, *(page for page in made(brand, models(brand)[0], raw).pages if not page.secret)]
    assert pages or not manifest(brand).common.files
    assert not [page.path for page in pages if b"canary" in page.data]


# --- time zones ---


class Change(NamedTuple):
    """A change of the clock, as a phone is told it."""

    month: int
    week: int  # 5 = the last
    weekday: int  # 0 = Sunday
    seconds: int  # of the day
    after: int = 1  # the day of the month from which weeks are counted


class Clock(NamedTuple):
    """What a phone is told of its zone."""

    offset: int
    save: int
    start: Change | None
    end: Change | None


def _day(year: int, change: Change) -> date:
    first = date(year, change.month, change.after)
    day = first + timedelta((change.weekday - first.isoweekday()) % 7 + 7 * (change.week - 1))
    return day if day.month == change.month else day - timedelta(7)


def _offset_at(clock: Clock, moment: datetime) -> int:
    """Tell what a phone with this rule adds to UTC."""
    if clock.start is None or clock.end is None:
        return clock.offset
    begins, ends = (
        datetime.combine(_day(moment.year, change), datetime.min.time(), UTC) + timedelta(seconds=change.seconds - east)
        for change, east in ((clock.start, clock.offset), (clock.end, clock.offset + clock.save))
    )
    summer = begins <= moment < ends if begins < ends else not ends <= moment < begins
    return clock.offset + (clock.save if summer else 0)


def _aastra(zone: str) -> Clock:
    lines = (line.partition(":") for line in file("aastra", "6731i", {"timezone": zone}).splitlines())
    told = {name: value.strip() for name, _, value in lines}
    offset = -60 * int(told["time zone minutes"])
    if told["dst config"] == "0":
        return Clock(offset, 0, None, None)
    start, end = (
        Change(
            int(told[f"dst {when} month"]), 5 if told[f"dst {when} week"] == "-1" else int(told[f"dst {when} week"]),
            int(told[f"dst {when} day"]) - 1, 3600 * int(told[f"dst {when} hour"]),
        )
        for when in ("start", "end")
    )  # fmt: skip
    return Clock(offset, 60 * int(told["dst minutes"]), start, end)


def _yealink(zone: str) -> Clock:
    lines = (line.partition(" = ") for line in file("yealink", "T30", {"timezone": zone}).splitlines())
    told = {name: value for name, _, value in lines}
    hours, _, minutes = told["local_time.time_zone"].partition(":")
    east = 3600 * abs(int(hours)) + 60 * int(minutes or 0)
    offset = -east if hours.startswith("-") else east
    if told["local_time.summer_time"] == "0":
        return Clock(offset, 0, None, None)
    changes = []
    for when in ("start", "end"):
        month, week, day, hour = map(int, told[f"local_time.{when}_time"].split("/"))
        changes.append(Change(month, week, day % 7, 3600 * hour))
    return Clock(offset, 60 * int(told["local_time.offset_time"]), *changes)


def _snom(zone: str) -> Clock:
    settings = ET.fromstring(file("snom", "PA1", {"timezone": zone}))
    offset, rule = int(settings.findtext(".//utc_offset", "")), settings.findtext(".//dst", "").split()
    assert settings.findtext(".//timezone") == "", "a name would win"
    if not rule:
        return Clock(offset, 0, None, None)
    changes = []
    for day, moment in (rule[1:3], rule[3:5]):
        month, week, weekday = map(int, day.split("."))
        hours, minutes, seconds = map(int, moment.split(":"))
        changes.append(Change(month, week, weekday % 7, 3600 * hours + 60 * minutes + seconds))
    return Clock(offset, int(rule[0]), *changes)


def _fanvil(zone: str) -> Clock:
    lines = (line.split(":", 1) for line in file("fanvil", "i61", {"timezone": zone}).splitlines() if ":" in line)
    told = {name.strip(): value for name, value in lines}
    offset = 900 * int(told["Time Zone"])
    if told["DST Type"] == "0":
        return Clock(offset, 0, None, None)
    changes = []
    for when in ("Start", "End"):
        month, week, day, hour = (int(told[f"DST {when} {part}"]) for part in ("Mon", "Week", "Wday", "Hour"))
        changes.append(Change(month, week, day, 3600 * hour))
    return Clock(offset, 60 * int(told["DST Min Offset"]), *changes)


_RULE = re.compile(r"STD(-?)([\d:]+)(?:DST(-?)([\d:]+),M([\d.]+)/([\d:]+),M([\d.]+)/([\d:]+))?")


def _panasonic(zone: str) -> Clock:
    told = re.search('LOCAL_TIME_ZONE_POSIX="(.*)"', file("panasonic", "KX-HDV100", {"timezone": zone}))
    rule = told and _RULE.fullmatch(told[1])
    assert rule

    def seconds(text: str) -> int:
        hours, minutes, rest = map(int, text.split(":"))
        return 3600 * hours + 60 * minutes + rest

    offset = seconds(rule[2]) * (1 if rule[1] else -1)
    if not rule[4]:
        return Clock(offset, 0, None, None)
    changes = []
    for day, at in ((rule[5], rule[6]), (rule[7], rule[8])):
        month, week, weekday = map(int, day.split("."))
        changes.append(Change(month, week, weekday, seconds(at)))
    return Clock(offset, seconds(rule[4]) * (1 if rule[3] else -1) - offset, *changes)


def _polycom(zone: str) -> Clock:
    told = ET.fromstring(file("polycom", "SPIP335", {"timezone": zone})).find("tcpIpApp")
    assert told is not None
    sntp = {name.removeprefix("tcpIpApp.sntp."): value for name, value in told.attrib.items()}
    offset = int(sntp["gmtOffset"])
    if sntp["daylightSavings.enable"] == "0":
        return Clock(offset, 0, None, None)
    assert sntp["daylightSavings.fixedDayEnable"] == "0"
    changes = []
    for when in ("start", "stop"):
        month, day, weekday, last, hour = (
            int(sntp[f"daylightSavings.{when}.{part}"])
            for part in ("month", "date", "dayOfWeek", "dayOfWeek.lastInMonth", "time")
        )
        changes.append(Change(month, 5 if last else 1, weekday - 1, 3600 * hour, 1 if last else day))
    return Clock(offset, 3600, *changes)


def _grandstream(zone: str) -> Clock:
    told = {
        each.tag: each.text or "" for each in ET.fromstring(file("grandstream", "HT801", {"timezone": zone})).iter()
    }
    assert (told["P64"], told["P143"]) == ("customize", "0"), "a rule of its own, whatever DHCP says"
    found = re.fullmatch(r"STD([+-]\d+(?::\d\d)?)(?:DST([+-]\d+(?::\d\d)?),(M[^,]*),(M[^,]*))?", told["P246"])
    assert found, told["P246"]
    offset, summer = (_west(found[group]) if found[group] else 0 for group in (1, 2))
    if found[2] is None:
        return Clock(offset, 0, None, None)
    changes = []
    for text in (found[3], found[4]):
        day, moment = text.removeprefix("M").split("/")
        month, week, weekday = map(int, day.split("."))
        hours, _, minutes = moment.partition(":")
        seconds = 3600 * int(hours) + 60 * int(minutes or 0)
        assert 0 <= seconds < 86400
        changes.append(Change(month, week, weekday, seconds))
    return Clock(offset, summer - offset, *changes)


def _west(text: str) -> int:
    hours, _, minutes = text[1:].partition(":")
    return (3600 * int(hours) + 60 * int(minutes or 0)) * (1 if text[0] == "-" else -1)


def _cisco_spa(zone: str) -> Clock:
    return _cisco("cisco-spa", "SPA301", zone)


def _cisco_mpp(zone: str) -> Clock:
    return _cisco("cisco-mpp", "ATA191", zone)


def _cisco(brand: str, model: str, zone: str) -> Clock:
    told = {each.tag: each.text or "" for each in ET.fromstring(file(brand, model, {"timezone": zone})).iter()}
    hours, minutes = (told["Time_Zone"].removeprefix("GMT") or "+00:00").split(":")
    more = told["Time_Offset__HH_mm_"].split("/") if told["Time_Offset__HH_mm_"] else ("0", "0")
    east = 3600 * abs(int(hours)) + 60 * int(minutes)
    offset = (-east if hours.startswith("-") else east) + 3600 * int(more[0]) + 60 * int(more[1])
    if told["Daylight_Saving_Time_Enable"] == "No":
        return Clock(offset, 0, None, None)
    rule = dict(part.split("=") for part in told["Daylight_Saving_Time_Rule"].split(";"))
    changes = []
    for when in ("start", "end"):
        month, day, weekday, moment = rule[when].split("/")
        assert day == "-1" or int(day) >= 1
        assert 1 <= int(weekday) <= 7
        seconds = _clock_seconds(moment)
        assert 0 <= seconds < 86400
        last = day == "-1"
        changes.append(Change(int(month), 5 if last else 1, int(weekday) % 7, seconds, 1 if last else int(day)))
    return Clock(offset, _clock_seconds(rule["save"]), *changes)


def _clock_seconds(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + seconds


def _patton(zone: str) -> Clock:
    text = file("patton", "SN4112", {"timezone": zone})
    clock = re.search(r"^clock local default-offset ([+-]\d\d:\d\d)$", text, re.MULTILINE)
    assert clock, text
    summer = re.search(r"^clock local dst-rule SUMMER ([+-]\d\d:\d\d) from (.*) until (.*)$", text, re.MULTILINE)
    offset = -_west(clock[1])
    if summer is None:
        return Clock(offset, 0, None, None)
    changes = []
    for rule in (summer[2], summer[3]):
        moment, month, week, weekday = rule.split()
        months, weekdays = [each.lower() for each in calendar.month_abbr], [each.lower() for each in calendar.day_name]
        weeks = ["first", "second", "third", "fourth", "last"]
        day = (weekdays.index(weekday) + 1) % 7
        changes.append(Change(months.index(month), weeks.index(week) + 1, day, _clock_seconds(f"{moment}:0")))
    return Clock(offset, -_west(summer[1]) - offset, *changes)


# Brands that are told a rule; the others know zones by name, and have their own tests.
READERS: dict[str, Callable[[str], Clock]] = {
    "aastra": _aastra,
    "cisco-mpp": _cisco_mpp,
    "cisco-spa": _cisco_spa,
    "fanvil": _fanvil,
    "panasonic": _panasonic,
    "grandstream": _grandstream,
    "patton": _patton,
    "polycom": _polycom,
    "snom": _snom,
    "yealink": _yealink,
}
# Israel and Gaza change a day or two after a Thursday, Lord Howe by half an hour, Troll by two: where a brand cannot
# say so, its README does.
OFF = {
    "aastra": {"Asia/Gaza", "Asia/Jerusalem", "Antarctica/Troll"},
    "fanvil": {"Asia/Gaza", "Asia/Jerusalem"},
    "cisco-mpp": set(),
    "cisco-spa": set(),
    "panasonic": {"Asia/Gaza", "Asia/Jerusalem"},
    "grandstream": {"Asia/Gaza", "Asia/Jerusalem"},
    "patton": {"Asia/Gaza", "Asia/Jerusalem"},
    "polycom": {"Antarctica/Troll", "Australia/LHI"},
    "snom": {"Asia/Gaza", "Asia/Jerusalem"},
    "yealink": {"Asia/Gaza", "Asia/Jerusalem"},
}
YEAR = 2099  # when the last rules that are written down year by year (Morocco's) have ended


@lru_cache(maxsize=1)
def kinds() -> dict[str, str]:
    """Give one zone for each rule that there is."""
    return {zone.posix: zone.name for zone in map(zone_of, reversed(ZONES)) if zone is not None}


@lru_cache(maxsize=1)
def moments() -> list[datetime]:
    """Give two moments of each day."""
    return [datetime(YEAR, 1, 1, 10, 30, tzinfo=UTC) + timedelta(hours=12 * step) for step in range(2 * 365)]


@lru_cache
def truth(zone: str) -> list[int]:
    """Say what zoneinfo adds to UTC in this zone at each moment."""
    info = ZoneInfo(zone)
    return [int((moment.astimezone(info).utcoffset() or timedelta()).total_seconds()) for moment in moments()]


@pytest.mark.parametrize("brand", READERS)
def test_the_clock_of_a_phone_agrees_with_zoneinfo_in_every_zone(brand: str) -> None:
    wrong = set()
    for zone in kinds().values():
        clock = READERS[brand](zone)
        if [_offset_at(clock, moment) for moment in moments()] != truth(zone):
            wrong.add(zone)
    assert wrong == OFF[brand]
