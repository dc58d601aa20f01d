"""What a page's module hands over: its addresses, and its line in the navigation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.responses import Response

from ringboot.admin.access import VIEWER
from ringboot.admin.pages.visit import Visit

Page = Callable[[Visit], Awaitable[Response]]


class Way(NamedTuple):
    """One address: method, path as Starlette reads it, and what answers; what may be done, the API decides."""

    method: str
    path: str
    page: Page


class Section(NamedTuple):
    """One line of the navigation and all addresses behind it; without a title it stands in no navigation."""

    title: str
    ways: tuple[Way, ...]
    icon: str = ""  # the id of a drawing in templates/icons.html
    group: str = ""  # the heading that it stands under
    least: str = VIEWER  # the role from which on it is offered

    @property
    def path(self) -> str:
        """Give where it begins."""
        return self.ways[0].path

    def holds(self, path: str) -> bool:
        """Tell whether an address is one of its pages, such as that of a single thing."""
        return _first(path) in {_first(way.path) for way in self.ways}


def _first(path: str) -> str:
    return path.split("/")[1]
