"""What happened, the newest first: filtered, read on by a cursor, and live."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Visit
from ringboot.reasons import TABLE

PATH = "/events"
PAGE = 100
FILTERS = ("stage", "reason", "mac", "device", "address")
STAGES = tuple(dict.fromkeys(row.stage for row in TABLE.values()))


async def _events(visit: Visit) -> Response:
    asked = {name: visit.word(name).strip() for name in FILTERS}
    times = {name: visit.word(name) for name in ("since", "until")}
    query: list[tuple[str, str | int]] = [(name, value) for name, value in asked.items() if value]
    query += [(name, instant) for name, text in times.items() if (instant := _instant(text))]
    if visit.word("before"):
        query.append(("before", visit.word("before")))
    found = await visit.try_get("/events", [*query, ("limit", PAGE)])
    following = found.value["next"] if found.is_good else None
    return await visit.draw(
        "events.html",
        rows=found.value["items"] if found.is_good else [],
        following=following,
        older={**asked, **times, "before": following},
        reasons=sorted(TABLE),
        error=found.detail,
        asked={**asked, **times},
        stages=STAGES,
        is_newest=not visit.word("before"),
    )


def _instant(text: str) -> str:
    """Give what a field for date and time holds as seconds since 1970; it is taken as UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return str(int((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()))


EVENTS = Section("Events", (Way("GET", PATH, _events),), icon="events", group="System")
