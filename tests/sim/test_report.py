"""A report counts right."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ringboot.sim.report import percentile, report, show
from ringboot.sim.storm import Mark, Plan, Storm
from ringboot.sim.target import Target


@pytest.mark.parametrize(
    ("times", "percent", "value"),
    [([], 50, None), ([1.0], 50, 1.0), ([1.0, 2.0], 50, 1.0), ([1.0, 2.0, 3.0, 4.0], 95, 4.0), ([1.0, 2.0], 100, 2.0)],
)
def test_a_percentile_is_a_time_that_some_phone_took(times: list[float], percent: float, value: float | None) -> None:
    assert percentile(times, percent) == value


def test_equal_reasons_are_counted_together_and_the_slowest_is_shown() -> None:
    storm = Storm(Plan(Target(), 6, brands=("aastra",)))
    for place, course in enumerate(storm.courses[:3]):
        course.seconds, course.tries = float(place + 1), 1
    storm.courses[2].marks = [Mark(0.5, "address", "127.0.0.7"), Mark(3.0, "done", "")]
    for course in storm.courses[3:]:
        course.problem = "{MAC}.cfg: 404"
    told = report(storm)
    assert (told["phones"], told["configured"], told["failed"]) == (6, 3, 3)
    assert (told["p50"], told["p95"], told["max"]) == (2.0, 3.0, 3.0)
    assert told["problems"] == [{"problem": "{MAC}.cfg: 404", "brand": "Aastra", "phones": 3}]
    assert [len(row["mac"]) for row in told["failures"]] == [17] * 3
    out = io.StringIO()
    show(told, Console(file=out, width=200, highlight=False, markup=False))
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert ["Aastra", "6", "3", "3", "2.00", "3.00", "3.00"] in lines
    assert ["3", "of", "Aastra", "failed:", "{MAC}.cfg:", "404"] in lines
    assert ["0.500", "s", "got", "127.0.0.7"] in lines
    assert ["3.000", "s", "has", "its", "files"] in lines
