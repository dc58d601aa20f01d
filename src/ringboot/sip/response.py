"""Reading what a phone answers: one response from a datagram, or the next one from a stream."""

from __future__ import annotations

import re
from typing import NamedTuple

from sipmessage import Message
from sipmessage import Response as Parsed

LARGEST = 65536  # octets of one response
_CHALLENGES = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}
_FOLD = re.compile(rb"\r\n[ \t]+")
_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,6})[ \t]*\r\n", re.IGNORECASE)
_BRANCH = re.compile(r";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_CSEQ = re.compile(r"(\d{1,10})\s+([A-Z]+)")
_PHRASE = 100  # characters that are kept


class Response(NamedTuple):
    """What of a response matters to the one who asked."""

    code: int
    phrase: str
    branch: str  # of the topmost Via, without the cookie that all have
    number: int  # of its CSeq
    method: str
    challenges: tuple[str, ...] = ()


def read(data: bytes) -> Response | None:
    """Read one response; None when it is none, or lacks what each has (RFC 3261 8.1.1, 20)."""
    head, blank, _ = data[:LARGEST].partition(b"\r\n\r\n")
    try:
        found = Message.parse(_FOLD.sub(b" ", head) + blank)
    except ValueError:
        return None
    if not isinstance(found, Parsed) or not 100 <= found.code <= 699:
        return None
    branch = _BRANCH.search(found.headers.get("Via") or "")
    cseq = _CSEQ.fullmatch(found.headers.get("CSeq") or "")
    if branch is None or cseq is None:
        return None
    challenges = found.headers.getlist(_CHALLENGES[found.code]) if found.code in _CHALLENGES else []
    phrase = "".join(each for each in found.phrase[:_PHRASE] if each.isprintable()).strip()
    return Response(
        found.code, phrase, branch[1].removeprefix("z9hG4bK"), int(cseq[1]), cseq[2], tuple(challenges)
    )  # fmt: skip


class BadStream(NamedTuple):
    """A stream in which nobody can tell where a message ends."""

    why: str


def cut(stream: bytes) -> tuple[bytes, bytes] | BadStream | None:
    """Cut the first message off a stream: (message, rest); None while it is not whole (RFC 3261 18.3)."""
    stream = stream.lstrip(b"\r\n")
    head, blank, rest = stream.partition(b"\r\n\r\n")
    if not blank:
        return BadStream("a message without an end") if len(stream) > LARGEST else None
    length = _LENGTH.search(head + b"\r\n")
    if length is None:
        return BadStream("a message without Content-Length")
    size = int(length[1])
    if size > LARGEST:
        return BadStream("a message that is too long")
    if len(rest) < size:
        return None
    return head + blank + rest[:size], rest[size:]
