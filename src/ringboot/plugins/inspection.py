"""What main asks a worker about templates, and what it is told; no Jinja2 here, so that main can know it."""

from __future__ import annotations

from typing import NamedTuple


class Inspection(NamedTuple):
    """A plugin whose templates are to be read for faults."""

    folder: str
    models: tuple[str, ...] = ()  # of devices, known to the manifest or not
    own: tuple[str, ...] = ()  # the keys X_... that configs set


class Finding(NamedTuple):
    """Something in a template that will fail, or that nobody will ever see."""

    template: str  # relative to the plugin folder
    line: int  # 0: not known
    kind: str  # syntax, name, attribute, filter, test, include, unused
    what: str


class Findings(NamedTuple):
    """All of them, and how many templates were read."""

    read: int
    items: tuple[Finding, ...]
