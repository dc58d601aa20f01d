"""From where a source lies to what can be asked, one row a kind."""

from __future__ import annotations

from collections.abc import Callable

from ringboot.scripts.sources.source import FUNCTION, HTTP, INI, SQL, Place, Source


def _sql(place: Place) -> Source:
    from ringboot.scripts.sources.sql import SqlSource  # noqa: PLC0415  # SQLAlchemy is loaded where it is used

    return SqlSource(place)


def _ini(place: Place) -> Source:
    from ringboot.scripts.sources.ini import IniSource  # noqa: PLC0415

    assert place.file is not None
    return IniSource(place.file)


def _http(place: Place) -> Source:
    from ringboot.scripts.sources.web import HttpSource  # noqa: PLC0415

    return HttpSource(place)


def _function(place: Place) -> Source:
    from ringboot.scripts.sources.function import FunctionSource, load  # noqa: PLC0415

    return FunctionSource(load(place.function))


KINDS: dict[str, Callable[[Place], Source]] = {SQL: _sql, INI: _ini, HTTP: _http, FUNCTION: _function}


def open_source(place: Place) -> Source:
    """Make what asks there; nothing is asked yet.  ValueError for a function that is not there."""
    return KINDS[place.kind](place)
