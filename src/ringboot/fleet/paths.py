"""From the path that a device asks for to a name below the served folder, or the fault in it."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

LONGEST = 512  # octets of a whole path
_LONGEST_PART = 255  # octets; longer ones no file system keeps
_ABSOLUTE = re.compile(r"https?://[^/]*", re.IGNORECASE)  # RFC 9112 3.2.2
_UNWANTED = re.compile(r"[\\\x00-\x1f\x7f]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def normalise(door: str, path: str) -> str | None:
    """Give the name below the root, without a slash in front; None when it must not be looked for.

    HTTP paths are raw and are decoded once; TFTP names are taken as they come.  Upper and lower case are different,
    as they are on the disk.  An empty name, or one that ends in a slash, is a folder, and no folder is ever served.
    """
    if door != "tftp":
        decoded = _decoded(_ABSOLUTE.sub("", path, count=1))
        if decoded is None or not decoded.startswith("/"):
            return None
    else:
        decoded = path
    if _UNWANTED.search(decoded):
        return None
    try:
        size = len(decoded.encode())
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    parts = [part for part in decoded.split("/") if part not in ("", ".")]
    if size > LONGEST or any(part == ".." or len(part.encode()) > _LONGEST_PART for part in parts):
        return None
    name = "/".join(parts)
    return f"{name}/" if name and decoded.endswith(("/", "/.")) else name


def _decoded(path: str) -> str | None:
    if _BROKEN_ESCAPE.search(path):
        return None
    try:
        return unquote_to_bytes(path.encode("latin-1")).decode("utf-8")
    except UnicodeError:
        return None
