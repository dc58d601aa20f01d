"""Secrets in what the API gives out: shown as *** unless an administrator asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Request

from ringboot.admin.access import administrator
from ringboot.admin.problems import Problem
from ringboot.fleet.raw_config import is_secret

MASK = "***"


def masked(value: Any) -> Any:
    """Give a copy in which every secret that is set reads ***."""
    if isinstance(value, dict):
        return {key: MASK if is_secret(str(key)) and _is_set(item) else masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value


def shown(request: Request, value: Any) -> Any:
    """Mask a value, unless ?secrets=1 asks for it plain; that is for administrators."""
    if not _wants_secrets(request):
        return masked(value)
    administrator(request)
    return value


async def judge_secrets(request: Request) -> None:
    """Refuse ?secrets=1 of anybody else, before the route does anything."""
    if _wants_secrets(request):
        administrator(request)


def _wants_secrets(request: Request) -> bool:
    asked = request.query_params.get("secrets", "0")
    if asked not in ("", "0", "1"):
        why = "must be 0 or 1"
        raise Problem(400, "bad-parameter", f"secrets {why}, not {asked!r:.40}.", {"secrets": why})
    return asked == "1"


def refuse_masks(value: Any) -> None:
    """Refuse *** as the value of a secret: it comes from a masked answer, and would replace the real one."""
    found = dict.fromkeys(_masks(value, ""), "*** is a mask, not a value")
    if found:
        raise Problem(422, "mask", "Secrets read *** here. Leave them out, or say what they shall be.", found)


def _masks(value: Any, path: str) -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        where = f"{path}.{key}" if path else str(key)
        if item == MASK and is_secret(str(key)):
            yield where
        else:
            yield from _masks(item, where)


def _is_set(value: Any) -> bool:
    return (isinstance(value, str) and value != "") or (isinstance(value, int | float) and not isinstance(value, bool))
