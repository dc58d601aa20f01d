"""The sources of a configuration, as the way of a question asks them; what becomes of one is logged when it changes."""

from __future__ import annotations

from collections.abc import Callable

from ringboot import log
from ringboot.host.loading import ScriptFault
from ringboot.model.scripting import Asked
from ringboot.scripts.query import Query
from ringboot.scripts.sources.breaker import CLOSED
from ringboot.scripts.sources.client import client_of
from ringboot.scripts.sources.definition import Site
from ringboot.scripts.sources.sources import Found, Sources, State
from ringboot.setup.settings import Settings
from ringboot.setup.site import site_of
from ringboot.setup.sources import place_of


class Lookups:
    """Foreign sources of reservations, in threads of their own."""

    def __init__(self, settings: Settings) -> None:
        """Open them; ScriptFault for a function that is not there, Wrong for a secret that cannot be read."""
        site = site_of(settings, revision=0)
        places = [place_of(each) for each in settings.dhcp.sources]
        try:
            self._sources = Sources(places, Site(site.networks, site.declared), changed=_changed)
        except ValueError as error:
            raise ScriptFault("[[dhcp.source]]", None, str(error)) from None

    @property
    def names(self) -> tuple[str, ...]:
        """Name them."""
        return self._sources.names

    def lookup(self, asked: Asked, _query: Query, done: Callable[[Found], None]) -> None:
        """Ask them; `done` is called from one of their threads, once."""
        self._sources.ask(client_of(asked), done)

    def close(self) -> None:
        """Hang up."""
        self._sources.close()

    def states(self) -> list[State]:
        """Tell how each does."""
        return self._sources.states()


def _changed(name: str, state: str, why: str) -> None:
    if state == CLOSED:
        log.get(source=name).info("source answers again")
    else:
        log.get(source=name).warning("source fails and is not asked for a while", why=why)
