"""The route of the audit: who asked for which change; for administrators, since it holds what they wrote."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from ringboot.admin.access import administrator
from ringboot.admin.described import INSTANT, Asks, Described
from ringboot.admin.desk import AuditDesk
from ringboot.admin.lists import instant_of, query_of, written
from ringboot.admin.shapes.audit import AuditEntry
from ringboot.admin.shapes.things import Listed

KEYS = ("id", "utc", "who", "role", "via", "method", "path", "status")


def audit_routes(desk: AuditDesk) -> APIRouter:
    """Build it over the desk."""
    routes = APIRouter(prefix="/audit", dependencies=[Depends(administrator)])

    @routes.get("")
    async def audit(request: Request) -> Any:
        query = query_of(request, KEYS, "since", "until")
        page = await desk.audit(query, instant_of(request, "since"), instant_of(request, "until"))
        return written(request, page, query)

    return routes


DESCRIBED = (
    Described(
        "GET",
        "/audit",
        "List who asked for which change, the newest first.",
        Listed[AuditEntry],
        keys=KEYS,
        asks=(
            Asks("since", "Only from this instant on, in seconds since 1970 (UTC).", INSTANT),
            Asks("until", "Only what was before this instant.", INSTANT),
        ),
    ),
)
