"""Versions as people number them: 10 comes after 9, and "3.3.1-SP4" after "3.3.1"."""

from __future__ import annotations

import re

_RUNS = re.compile(r"\d+|[a-z]+")

Key = tuple[tuple[int, int, str], ...]


def natural(text: str) -> Key:
    """Give a key that sorts versions, ids and names the way a person would; case does not count."""
    return tuple((1, int(run), "") if run.isdigit() else (0, 0, run) for run in _RUNS.findall(text.lower()))


def same(one: str, other: str) -> bool:
    """Say whether two spellings mean one version; leading zeros and separators do not count."""
    return natural(one) == natural(other)
