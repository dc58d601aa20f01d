"""Reads a request's JSON: bounded in size and depth, an object, and nothing in it that cannot be written again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import Request

from ringboot.admin.problems import Problem

LARGEST = 8 << 20  # octets: a site of 50,000 reservations
DEEPEST = 32
_AT_ONCE = 1 << 16  # what may be parsed on the loop: about a millisecond


async def json_body(request: Request) -> dict[str, Any]:
    """Give the object in the body; Problem 400 or 413 says what is wrong with it."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdecimal() and int(declared) > LARGEST:
        raise _too_large()
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            raise _too_large()
    value = parse(bytes(data)) if len(data) <= _AT_ONCE else await asyncio.to_thread(parse, bytes(data))
    if not isinstance(value, dict):
        raise _bad("The body must be a JSON object.")
    return value


def parse(data: bytes) -> Any:
    """Read JSON that is neither too deep nor holds what JSON cannot carry."""
    try:
        value = json.loads(data, parse_constant=_no_constant)
        if deeper_than(value, DEEPEST):
            raise RecursionError
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise _bad(f"The body is nested deeper than {DEEPEST} levels.") from None
    except UnicodeEncodeError:
        raise _bad("The body holds half of a character (a lone surrogate).") from None
    except ValueError as error:
        raise _bad(f"The body is not JSON: {error}.") from None
    return value


def deeper_than(value: Any, levels: int) -> bool:
    """Tell whether lists and objects are nested deeper than so many levels."""
    layer = [value]
    for _ in range(levels):
        layer = [
            item
            for each in layer
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return any(isinstance(each, dict | list) for each in layer)


def only(body: dict[str, Any], *known: str) -> None:
    """Refuse keys that the route does not know."""
    unknown = [key for key in body if key not in known]
    if unknown:
        raise Problem(
            422,
            "unknown-keys",
            f"Unknown keys: {', '.join(unknown)}. Known are {', '.join(known)}.",
            dict.fromkeys(unknown, "unknown key"),
        )


def text_of(body: dict[str, Any], key: str) -> str:
    """Give a key that must be text."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise Problem(422, "refused", f"{key} is missing or no text.", {key: "must be text"})
    return value


def flag_of(body: dict[str, Any], key: str) -> bool:
    """Give a key that must be true or false; it may be missing."""
    value = body.get(key, False)
    if not isinstance(value, bool):
        raise Problem(422, "refused", f"{key} must be true or false.", {key: "must be true or false"})
    return value


def rows_of(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Give a key that must be a list of objects."""
    value = body.get(key)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Problem(422, "refused", f"{key} must be a list of objects.", {key: "must be a list of objects"})
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _bad(detail: str) -> Problem:
    return Problem(400, "bad-body", detail)


def _too_large() -> Problem:
    return Problem(413, "too-large", f"The body is larger than {LARGEST} octets. Send it in parts.")
