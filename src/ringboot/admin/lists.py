"""The questions that lists take: filter, text, sort, limit, offset; only known keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fastapi import Request

from ringboot.admin.masks import shown
from ringboot.admin.problems import Problem
from ringboot.admin.sheets import Sheet, name_of, wants_csv
from ringboot.desk.listing import Page, Query

LARGEST_PAGE = 1000
_INSTANT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_PARAMETERS = ("filter", "text", "sort", "limit", "offset", "secrets", "format")
SHEET = 100_000  # rows of a list that is CSV, at most


def query_of(request: Request, keys: Sequence[str], *more: str) -> Query:
    """Read a list's question; `keys` may be filtered and sorted by, `more` are parameters of the route's own."""
    refuse_unknown(request, (*_PARAMETERS, *more))
    filters = []
    for each in request.query_params.getlist("filter"):
        key, equals, value = each.partition("=")
        if not equals or key not in keys:
            raise _bad("filter", f"{each!r} is no filter here: write key=value with one of {', '.join(keys)}.")
        filters.append((key, value))
    sort = request.query_params.get("sort", "")
    if sort and sort.removeprefix("-") not in keys:
        raise _bad("sort", f"{sort!r} cannot be sorted by: there are {', '.join(keys)}, with - before for downwards.")
    return Query(
        filters=tuple(filters),
        text=request.query_params.get("text", ""),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=limit_of(request),
        offset=number_of(request, "offset", 0, 0, 1 << 40),
    )


def limit_of(request: Request) -> int:
    """Read how many rows are wanted."""
    if wants_csv(request):
        return number_of(request, "limit", SHEET, 1, SHEET)
    return number_of(request, "limit", 100, 1, LARGEST_PAGE)


def refuse_unknown(request: Request, known: Sequence[str]) -> None:
    """Refuse parameters that the route does not know."""
    for name in request.query_params:
        if name not in known:
            raise _bad(name, f"Unknown parameter {name!r}: there are {', '.join(known)}.")


def number_of(request: Request, name: str, default: int, least: int, most: int) -> int:
    """Read a whole number within bounds."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise _bad(name, f"{name} must be a number from {least} to {most}, not {text!r:.40}.")
    return int(text)


def choice_of(request: Request, name: str, *words: str) -> str:
    """Read one of some words; the first one when it is not there."""
    text = request.query_params.get(name, words[0])
    if text not in words:
        raise _bad(name, f"{name} must be {' or '.join(words)}, not {text!r:.40}.")
    return text


def instant_of(request: Request, name: str) -> float | None:
    """Read an instant, in seconds since 1970; None when it is not there."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not _INSTANT.fullmatch(text):
        raise _bad(name, f"{name} must be an instant, in seconds since 1970, not {text!r:.40}.")
    return float(text)


def written(request: Request, page: Page, query: Query) -> Any:
    """Write a page, as CSV where that is asked for."""
    if wants_csv(request):
        shown(request, [])  # who may not see secrets hears so before anything is written
        return Sheet(lambda: shown(request, page.items), name_of(request))
    return {"total": page.total, "limit": query.limit, "offset": query.offset, "items": shown(request, page.items)}


def _bad(name: str, detail: str) -> Problem:
    return Problem(400, "bad-parameter", detail, {name: detail})
