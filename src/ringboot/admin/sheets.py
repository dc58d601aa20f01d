"""Lists as CSV where a client asks for that, and CSV in the body of a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from ringboot.admin.body import LARGEST, flag_of, json_body, only, rows_of
from ringboot.admin.problems import Problem
from ringboot.desk.sheet import BadSheet, SheetLine, flat, read_sheet, write_sheet

CSV = "text/csv"


def wants_csv(request: Request) -> bool:
    """Tell whether a list is to be CSV: by `?format=csv`, or because `Accept` names it before JSON."""
    asked = request.query_params.get("format")
    if asked not in (None, "csv", "json"):
        raise Problem(400, "bad-parameter", "format must be csv or json.", {"format": "must be csv or json"})
    if asked is not None:
        return asked == "csv"
    kinds = [part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")]
    return CSV in kinds and "application/json" not in kinds[: kinds.index(CSV)]


class Sheet(Response):
    """Rows as CSV, written on a thread: a hundred thousand of them on the loop would hold up everybody else."""

    def __init__(self, rows: Callable[[], Iterable[Mapping[str, Any]]], name: str) -> None:
        """`name` is what a browser saves it as."""
        super().__init__(media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})
        self._rows = rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write it, then send it."""
        self.body = await asyncio.to_thread(lambda: write_sheet(map(flat, self._rows())).encode())
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def name_of(request: Request) -> str:
    """Name a list by the last part of its path."""
    return request.url.path.rstrip("/").rpartition("/")[2]


async def imported(request: Request) -> tuple[list[dict[str, Any]] | list[SheetLine], bool]:
    """Read what is to be imported, and whether only to say what would happen; Problem, or BadSheet.

    JSON {"rows": [...]} or {"csv": "..."} with "dry_run", or CSV itself with `?dry_run=true`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() == CSV:
        asked = request.query_params.get("dry_run", "false")
        if asked not in ("true", "false"):
            why = "must be true or false"
            raise Problem(400, "bad-parameter", f"dry_run {why}.", {"dry_run": why})
        return read_sheet(await _text(request)), asked == "true"
    body = await json_body(request)
    only(body, "rows", "csv", "dry_run")
    if ("rows" in body) == ("csv" in body):
        raise Problem(422, "refused", 'Say what: {"rows": [...]} or {"csv": "..."}.', {"rows": "or csv, one of them"})
    dry_run = flag_of(body, "dry_run")
    if "rows" in body:
        return rows_of(body, "rows"), dry_run
    if not isinstance(body["csv"], str):
        raise Problem(422, "refused", "csv must be text.", {"csv": "must be text"})
    return read_sheet(body["csv"]), dry_run


def unread(error: BadSheet, dry_run: bool = False) -> dict[str, Any]:
    """Answer that nothing was imported, because it is no table."""
    return {"added": 0, "errors": error.faults, "dry_run": dry_run}


async def _text(request: Request) -> str:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            raise Problem(413, "too-large", f"The body is larger than {LARGEST} octets. Send it in parts.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(400, "bad-body", "The body is not UTF-8. Save it as UTF-8.") from None
