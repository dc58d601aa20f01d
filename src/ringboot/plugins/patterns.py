"""The regular expressions of manifests: what they may name, and none that could take for ever."""

from __future__ import annotations

import re

GROUPS = ("model", "version", "mac", "sn", "uuid")
LONGEST = 512  # characters of evidence that are looked at
_LONGEST_PATTERN = 400
_FEW = 3
_HEAD = re.compile(r"\((?:\?(?:P<\w+>|P=\w+|[:=!]|<[=!]|[a-zA-Z-]+:?))?")  # how a group begins
_VARIES = re.compile(r"[*+?|]|\{(?!(\d+),\1\})\d*,\d*\}")
_TIMES = re.compile(r"\{(\d*)(,?)(\d*)\}")
_KINDS = re.compile(
    r"dhcp\.(60|12|77|oui|mac)|dhcp\.43\.\d{1,3}|http\.(user-agent|path)|http\.header\.[a-z0-9-]+|tftp\.path|tls\.subject"
)


def evidence_name(text: str) -> str:
    """Bring the name of a kind of evidence to its one spelling; ValueError says which there are."""
    name = text.lower()
    if not _KINDS.fullmatch(name):
        raise ValueError(
            f"{text!r} is no evidence; there is dhcp.60 dhcp.12 dhcp.77 dhcp.43.N dhcp.oui dhcp.mac "
            "http.user-agent http.path http.header.NAME tftp.path tls.subject"
        )
    return name


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of a manifest; ValueError says what is wrong with it."""
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {_LONGEST_PATTERN} characters")
    try:
        regex = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    unknown = sorted(set(regex.groupindex) - set(GROUPS))
    if unknown:
        raise ValueError(f"group {unknown[0]!r} is not known; there is {' '.join(GROUPS)}")
    if _repeats_a_choice(pattern):
        raise ValueError("a repeat or a choice inside a repeated group can take for ever; write it without one of them")
    return regex


def _repeats_a_choice(pattern: str) -> bool:
    """See whether a group that can match in several ways is itself repeated many times."""
    open_groups: list[bool] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 1
        elif char == "[":
            place = _class_end(pattern, place)
        elif head := _HEAD.match(pattern, place):
            open_groups.append(False)
            place = head.end() - 1
        elif char == ")":
            varies = open_groups.pop()
            if varies and _is_many(pattern, place + 1):
                return True
            if open_groups and varies:
                open_groups[-1] = True
        elif open_groups and _VARIES.match(pattern, place):
            open_groups[-1] = True
        place += 1
    return False


def _class_end(pattern: str, start: int) -> int:
    place = start + 1
    if pattern.startswith("^", place):
        place += 1
    if pattern.startswith("]", place):
        place += 1
    while pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place


def _is_many(pattern: str, place: int) -> bool:
    """Tell whether what ends here is repeated more than a few times."""
    if pattern[place : place + 1] in ("*", "+"):
        return True
    times = _TIMES.match(pattern, place)
    if times is None:
        return False
    least, comma, most = times.groups()
    return bool(comma and not most) or int(most or least or 0) > _FEW
