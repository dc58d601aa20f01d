"""What the fleet knows beside its books: plugins, settings, networks, leases, and what it remembers of this run."""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ringboot.fleet.leaseview import LeaseView
from ringboot.fleet.memory import Memory, Quiet
from ringboot.fleet.networks import Networks
from ringboot.fleet.settings import Settings
from ringboot.plugins.associate import associate
from ringboot.plugins.identify import Identity
from ringboot.plugins.schema import Manifest

_ALPHABET = (string.ascii_letters + string.digits).encode()
# Four octets of each letter; those that are left over would favour the first letters, and are drawn again.
_LETTERS = (_ALPHABET * 4).ljust(256)
_LEFT_OVER = bytes(range(len(_ALPHABET) * 4, 256))


def _text(length: int) -> str:
    text = b""
    while len(text) < length:
        text += secrets.token_bytes(length).translate(_LETTERS, _LEFT_OVER)
    return text[:length].decode()


class Chance(NamedTuple):
    """Where ids and passwords come from; tests put their own here."""

    ident: Callable[[], str] = lambda: uuid.uuid4().hex
    text: Callable[[int], str] = _text  # letters and digits, that many


class Recogniser(Protocol):
    """Tells what evidence means."""

    def identify(self, evidence: Mapping[str, str]) -> Identity | None:
        """Give the brand, model ... that the evidence tells, or None."""


@dataclass(slots=True)
class World:
    """The present state of it; the desk replaces a field when something changes."""

    identifier: Recogniser
    plugins: Mapping[str, Manifest] = field(default_factory=dict)  # installed and enabled, by id
    catalog: Mapping[str, Manifest] = field(default_factory=dict)  # built in and not removed or disabled, by id
    settings: Settings = field(default_factory=Settings)
    networks: Networks = field(default_factory=Networks)
    leases: LeaseView = field(default_factory=LeaseView)
    chance: Chance = field(default_factory=Chance)
    memory: Memory = field(default_factory=Memory)
    quiet: Quiet = field(default_factory=Quiet)  # about refusals
    quiet_sent: Quiet = field(default_factory=lambda: Quiet(most=300))  # about what hosts got that prove nothing


class Choice(NamedTuple):
    """The plugin for a device; `copy`: it still has to be copied from the catalog."""

    plugin: str
    why: str
    copy: bool


def choose(world: World, brand: str, model: str | None, version: str | None) -> Choice | None:
    """Choose the plugin that knows such a device best; the catalog's own only where it knows it better."""
    installed = associate(brand, model, version, world.plugins)
    spare = {ident: manifest for ident, manifest in world.catalog.items() if ident not in world.plugins}
    built_in = associate(brand, model, version, spare) if spare else None
    if built_in is not None and (installed is None or built_in.score > installed.score):
        return Choice(built_in.plugin, built_in.why, copy=True)
    return None if installed is None else Choice(installed.plugin, installed.why, copy=False)


def brand_of(world: World, vendor: str | None) -> str | None:
    """Give the brand that a person may call by its name or its title."""
    if vendor is None:
        return None
    wanted = vendor.casefold()
    for manifest in (*world.plugins.values(), *world.catalog.values()):
        if wanted in (manifest.name.casefold(), manifest.title.casefold()):
            return manifest.name
    return None
