"""What repository and catalog offer for a plugin: which version, whether it is newer, whether its life has ended."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.desk.shelf import Shelf
from ringboot.plugins import shipped
from ringboot.plugins.index import Entry
from ringboot.plugins.version import natural


class State(NamedTuple):
    """How a plugin stands."""

    name: str  # what repository and catalog call it; empty: it is from a folder or an archive, so nobody offers another
    entry: Entry | None  # the repository's row of it
    newest_is_there: bool  # in the repository, not in the catalog
    available: str | None  # a version that can be installed, or upgraded to
    end_of_life: bool


def state_of(shelf: Shelf, ident: str, server: str) -> State:
    """Say how a plugin stands, installed or not."""
    folder = shelf.folders.get(ident)
    name = ident
    if folder is not None and (record := shipped.read(folder.path)) is not None:
        name = record.source
    entry = shelf.repository.entries(server).get(name)
    built_in = shelf.all_catalog.get(name)
    versions = [each.version for each in (entry, built_in) if each is not None]
    newest = max(versions, key=natural, default=None)
    there = entry is not None and entry.version == newest
    mine = folder.manifest if folder is not None else None
    ended = any(each is not None and each.end_of_life for each in (entry, built_in if mine is None else mine))
    newer = newest is not None and (mine is None or natural(newest) > natural(mine.version))
    return State(name, entry, there, newest if newer and not ended else None, ended)
