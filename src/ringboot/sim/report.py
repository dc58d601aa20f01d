"""What came of a storm: by brand, why phones failed, and the slowest phone's course."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ringboot.model.address import mac_text
from ringboot.sim.storm import Course, Storm

Row = dict[str, Any]
NAMED = 20  # failed phones that are named


def report(storm: Storm) -> Row:
    """Sum up; times are seconds from being switched on to having all files."""
    plan, courses = storm.plan, storm.courses
    failed = [course for course in courses if course.problem]
    brands = dict.fromkeys(course.phone.brand for course in courses)
    return {
        "server": plan.target.server,
        "seed": plan.seed,
        "seconds": round(storm.seconds, 1),
        **_sums(courses),
        "dhcp": not plan.first,
        "tries": sum(course.tries for course in courses),
        "reads_again": sum(course.reads for course in courses),
        "changed": sum(course.changed for course in courses),
        "notified": sum(course.notified for course in courses),
        "brands": [
            {"brand": brand, **_sums([course for course in courses if course.phone.brand == brand])} for brand in brands
        ],
        "problems": [
            {"problem": problem, "brand": brand, "phones": count}
            for (problem, brand), count in Counter((each.problem, each.phone.brand) for each in failed).most_common()
        ],
        "failures": [_told(course) for course in failed[:NAMED]],
        "slowest": _told(slowest) if (slowest := slowest_of(courses)) else None,
    }


def slowest_of(courses: Sequence[Course]) -> Course | None:
    """Find the phone that took longest among those that have their files."""
    return max((each for each in courses if each.seconds is not None), key=lambda each: each.seconds or 0, default=None)


def _sums(courses: Sequence[Course]) -> Row:
    times = sorted(course.seconds for course in courses if course.seconds is not None)
    return {
        "phones": len(courses),
        "configured": len(times),
        "failed": sum(bool(course.problem) for course in courses),
        "p50": percentile(times, 50),
        "p95": percentile(times, 95),
        "max": percentile(times, 100),
    }


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """Give the smallest value that so many percent of all do not exceed; None of nothing."""
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 3)


def _told(course: Course) -> Row:
    phone = course.phone
    return {
        "mac": mac_text(phone.mac),
        "brand": phone.brand,
        "model": phone.model,
        "version": phone.version,
        "on": round(course.on, 3),
        "tries": course.tries,
        "seconds": None if course.seconds is None else round(course.seconds, 3),
        "problem": course.problem,
        "steps": [{"at": round(mark.at, 3), "what": mark.what, "detail": mark.detail} for mark in course.marks],
    }


_MARKS = {"address": "got", "file": "read", "missing": "does without", "failed": "stopped:", "again": "starts over:"}


def show(told: Row, console: Console) -> None:
    """Print the report for a person."""
    console.print(Group(*_parts(told)), soft_wrap=True)


def _parts(told: Row) -> list[RenderableType]:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("BRAND")
    for title in ("PHONES", "CONFIGURED", "FAILED", "P50 s", "P95 s", "MAX s"):
        table.add_column(title, justify="right")
    for row in (*told["brands"], {**told, "brand": "all"}):
        counts = [str(row[key]) for key in ("phones", "configured", "failed")]
        table.add_row(
            row["brand"], *counts, *("-" if row[key] is None else f"{row[key]:.2f}" for key in ("p50", "p95", "max"))
        )
    problems = (f"{row['phones']} of {row['brand']} failed: {row['problem']}" for row in told["problems"])
    parts: list[RenderableType] = [table, *(Text(line, style="red") for line in problems)]
    if told["notified"]:
        parts.append(Text(f"Heard {told['notified']} NOTIFYs."))
    if told["reads_again"]:
        parts.append(Text(f"Read again {told['reads_again']} times, {told['changed']} of them with changed files."))
    if told["slowest"]:
        parts += [Text(), *_course("The slowest", told["slowest"])]
    elif told["failures"]:
        parts += [Text(), *_course("The first that failed", told["failures"][0])]
    return parts


def _course(title: str, row: Row) -> list[Text]:
    name = f"{row['brand']} {row['model']} {row['version']}"
    lines = [Text(f"{title}: {row['mac']}  {name}, switched on at {row['on']:.2f} s")]
    for step in row["steps"]:
        text = "has its files" if step["what"] == "done" else f"{_MARKS[step['what']]} {step['detail']}"
        lines.append(Text(f"  {step['at']:8.3f} s  {text}"))
    return lines
