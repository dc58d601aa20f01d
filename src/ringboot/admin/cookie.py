"""The cookie of a session: read from what a browser sends, which may be anything, and written."""

from __future__ import annotations

import re

from starlette.responses import Response

from ringboot.fleet.people import WHOLE, WORD

COOKIE = "ringboot_session"
_VALUE = re.compile(rf"[A-Za-z0-9]{{{WORD}}}")


def read_cookie(header: str) -> str | None:
    """Give the session's word in a Cookie header (RFC 6265 4.2), the first that can be one."""
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and _VALUE.fullmatch(value):
            return value
    return None


def set_cookie(answer: Response, word: str) -> None:
    """Give a browser its cookie; the door adds Secure where it speaks TLS."""
    answer.set_cookie(COOKIE, word, max_age=int(WHOLE), path="/", httponly=True, samesite="strict")


def clear_cookie(answer: Response) -> None:
    """Take it away."""
    answer.set_cookie(COOKIE, "", max_age=0, path="/", httponly=True, samesite="strict")
