"""What a GET or HEAD for a file is answered with: status, headers and which octets (RFC 9110 13, 14); without sockets.

A file's tag is its SHA-256, so it is a strong one. Last-Modified counts only when it is repeated exactly: a file that
is put back may be older than the one before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

OK, PARTIAL, UNCHANGED, UNSATISFIABLE = 200, 206, 304, 416

SERVER = "ringboot"
_PHRASES = {OK: "OK", PARTIAL: "Partial Content"}

SETTLED = 2.0  # seconds after a change from which on whole seconds tell the next change apart

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,18})[ \t]*-[ \t]*([0-9]{0,18})")
_TAG = re.compile(r'"([^"]*)"')  # W/ in front makes no difference here


class FileReply(NamedTuple):
    """Status, headers and the octets to send, from `start` up to but not including `stop`."""

    status: int
    headers: dict[str, str]
    start: int
    stop: int


def file_reply(
    method: str, asked: Mapping[str, str], *, size: int, sha256: str, changed: float, now: float, content_type: str
) -> FileReply:
    """Answer for a file; `asked` are the request's headers, `changed` and `now` seconds UTC."""
    tag = f'"{sha256}"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes"}
    stamp = _stamp(int(changed)) if now - changed >= SETTLED else None
    if stamp is not None:
        headers["Last-Modified"] = stamp
    if _is_unchanged(asked, sha256, stamp):
        return FileReply(UNCHANGED, headers, 0, 0)
    headers["Content-Type"] = content_type or "application/octet-stream"
    part = _part(asked, size) if method == "GET" and _same_for_part(asked, tag, stamp) else None
    if part is None:
        headers["Content-Length"] = str(size)
        return FileReply(OK, headers, 0, size if method == "GET" else 0)
    start, stop = part
    if start >= stop:
        return FileReply(UNSATISFIABLE, {"Content-Range": f"bytes */{size}", "Content-Length": "0"}, 0, 0)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    return FileReply(PARTIAL, headers, start, stop)


def head(reply: FileReply, *, version: tuple[int, int], keep_alive: bool, now: float) -> bytes:
    """Write the head of an answer that has a body; `version`: the request's, `now`: seconds UTC."""
    lines = [f"HTTP/{version[0]}.{version[1]} {reply.status} {_PHRASES[reply.status]}", f"Server: {SERVER}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    lines.append(f"Date: {_stamp(int(now))}")
    if keep_alive and version == (1, 0):
        lines.append("Connection: keep-alive")
    elif not keep_alive and version == (1, 1):
        lines.append("Connection: close")
    return "\r\n".join((*lines, "", "")).encode("latin-1")


@lru_cache(maxsize=4096)
def _stamp(changed: int) -> str:
    return formatdate(changed, usegmt=True)


def _is_unchanged(asked: Mapping[str, str], sha256: str, stamp: str | None) -> bool:
    tags = asked.get("if-none-match")
    if tags is not None:  # RFC 9110 13.1.3: then If-Modified-Since does not count
        return tags.strip() == "*" or sha256 in _TAG.findall(tags)
    return stamp is not None and asked.get("if-modified-since", "").strip() == stamp


def _same_for_part(asked: Mapping[str, str], tag: str, stamp: str | None) -> bool:
    """Does the client hold the rest of this very file (RFC 9110 13.1.5)?"""
    condition = asked.get("if-range")
    return condition is None or condition.strip() in {tag, stamp}


def _part(asked: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """Give the part that is asked for, empty when it does not exist; None for the whole, also for several parts."""
    match = _RANGE.fullmatch(asked.get("range", "").strip())
    if match is None:
        return None
    first, last = match.groups()
    if first:
        if last and int(last) < int(first):
            return None  # RFC 9110 14.1.1: not a range at all
        return int(first), min(int(last) + 1, size) if last else size
    return (max(0, size - int(last)), size) if last else None
