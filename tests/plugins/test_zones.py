"""Time zones: every zone's offset and changes against zoneinfo, this year and next; odd ones by hand."""

from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo

import pytest

from ringboot.plugins.zones import Change, Dst, Zone, parse_posix, zone_of

ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})
YEAR = dt.datetime.now(dt.UTC).year
# Their clocks follow the moon: the files list each change for decades, and the rule at the end holds after those.
BY_THE_MOON = {"Africa/Casablanca", "Africa/El_Aaiun"}
SECOND = dt.timedelta(seconds=1)


def moment(year: int, change: Change, offset: int) -> dt.datetime:
    """Work out a change as an instant, `offset` being what holds before it."""
    first, days = calendar.monthrange(year, change.month)
    matching = [day for day in range(1, days + 1) if (first + day - 1 + 1) % 7 == change.weekday]
    day = matching[-1] if change.week == 5 else matching[change.week - 1]
    midnight = dt.datetime(year, change.month, day, tzinfo=dt.UTC)
    return midnight + dt.timedelta(seconds=change.seconds - offset)


def offset_at(name: str, when: dt.datetime) -> int:
    offset = when.astimezone(zoneinfo.ZoneInfo(name)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def test_every_zone_is_as_the_tz_database_has_it() -> None:
    for name in ZONES:
        compare(name)


def compare(name: str) -> None:
    zone = zone_of(name)
    assert zone is not None, name
    assert zone.name == name
    for year in (YEAR, YEAR + 1):
        if name in BY_THE_MOON:
            continue
        if zone.dst is None:
            seen = {offset_at(name, dt.datetime(year, month, 15, tzinfo=dt.UTC)) for month in range(1, 13)}
            assert seen == {zone.offset}, name
            continue
        summer = zone.offset + zone.dst.save
        assert zone.dst.save > 0
        start, end = moment(year, zone.dst.start, zone.offset), moment(year, zone.dst.end, summer)
        assert (offset_at(name, start - SECOND), offset_at(name, start)) == (zone.offset, summer), name
        assert (offset_at(name, end - SECOND), offset_at(name, end)) == (summer, zone.offset), name


@pytest.mark.parametrize(
    ("name", "posix", "zone"),
    [
        (
            "Europe/Paris",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            (3600, Dst(3600, Change(3, 5, 0, 7200), Change(10, 5, 0, 10800))),
        ),
        (
            "America/Montreal",
            "EST5EDT,M3.2.0,M11.1.0",
            (-18000, Dst(3600, Change(3, 2, 0, 7200), Change(11, 1, 0, 7200))),
        ),
        ("Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1", (0, Dst(3600, Change(3, 5, 0, 3600), Change(10, 5, 0, 7200)))),
        (
            "Australia/Lord_Howe",
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
            (37800, Dst(1800, Change(10, 1, 0, 7200), Change(4, 1, 0, 7200))),
        ),
        ("Asia/Kathmandu", "<+0545>-5:45", (20700, None)),
        (
            "America/Nuuk",
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
            (-7200, Dst(3600, Change(3, 5, 0, -3600), Change(10, 5, 0, 0))),
        ),
        (
            "Asia/Gaza",
            "EET-2EEST,M3.4.4/50,M10.4.4/50",
            (7200, Dst(3600, Change(3, 4, 4, 180000), Change(10, 4, 4, 180000))),
        ),
        ("UTC", "UTC0", (0, None)),
    ],
)
def test_posix_rule(name: str, posix: str, zone: tuple[int, Dst | None]) -> None:
    assert parse_posix(name, posix) == Zone(name, zone[0], posix, zone[1])


@pytest.mark.parametrize(
    "posix", ["", "CET", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1CEST,M3.5.0", "C-1", "CET-1CEST,M3.5.0,M10.5.0;rm"]
)
def test_what_is_no_rule_of_ours(posix: str) -> None:
    assert parse_posix("x", posix) is None


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Base", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/../Europe/Paris", "a" * 300, "zone.tab"],
)
def test_no_such_zone(name: str) -> None:
    assert zone_of(name) is None


def test_without_the_system_files_the_package_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    zone_of.cache_clear()
    assert zone_of("America/Argentina/Buenos_Aires") == Zone("America/Argentina/Buenos_Aires", -10800, "<-03>3", None)
    assert zone_of("America/Nowhere") is None
    assert zone_of("Nowhere/At_All") is None
    zone_of.cache_clear()
