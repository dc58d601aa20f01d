"""Phones of every firmware age: as old as the catalog knows, its newest, and one that came out after it was written."""

from __future__ import annotations

import re
from itertools import cycle, islice, zip_longest
from typing import NamedTuple

from ringboot.plugins import version as order
from ringboot.plugins.associate import EXACT, Association, associate
from ringboot.sim.fleet import Kind, kinds, manifests, phone_of
from ringboot.sim.phone import Phone

OLD, PRESENT, NEWER = AGES = ("old", "present", "newer")


class Aged(NamedTuple):
    """A phone, how old its firmware is, and whether it tells anybody which one it has."""

    phone: Phone
    kind: Kind
    age: str
    tells: bool

    @property
    def expected(self) -> Association | None:
        """Give the plugin that it should get, by all that it tells, and why."""
        manifest = self.kind.manifest
        version = self.phone.version if self.tells else None
        return associate(manifest.name, self.phone.model, version, {manifest.name: manifest})

    @property
    def fits(self) -> str:
        """Say in a word what its plugin is chosen for."""
        expected = self.expected
        return "firmware" if expected is not None and expected.score == EXACT else "model"


def of_all_ages(count: int, relay: str, server: tuple[str, int], tftp_port: int) -> list[Aged]:
    """Make phones of all brands in turn, each of another model, and of each brand every age in turn.

    The brands begin with different ages, so that a fleet smaller than all brands has every age too.
    """
    level = zip_longest(*(_aged_kinds(row, first) for first, row in enumerate(kinds(manifests()))))
    each_once = (pair for row in level for pair in row if pair is not None)
    fleet = []
    for number, (kind, age) in enumerate(islice(each_once, count), 1):
        phone = phone_of(kind, firmware(kind, age), number)(relay, server, tftp_port)
        says = (kind.boot.agent, *kind.boot.says.values())
        fleet.append(Aged(phone, kind, age, any("{version}" in each for each in says)))
    return fleet


def _aged_kinds(row: list[Kind], begin: int) -> list[tuple[Kind, str]]:
    """Deal the ages out in turn, beginning with one of them: an old one to a model that has several."""
    several, one = ([kind for kind in row if (len(_known(kind)) > 1) is wanted] for wanted in (True, False))
    dealt = []
    for age in islice(cycle(AGES), begin % len(AGES), begin % len(AGES) + len(row)):
        first, other = (several, one) if age == OLD else (one, several)
        dealt.append(((first or other).pop(0), age))
    return dealt


def firmware(kind: Kind, age: str) -> str:
    """Give the firmware of a model at an age."""
    known = _known(kind)
    return {OLD: known[0], PRESENT: known[-1], NEWER: _next(known[-1])}[age]


def _known(kind: Kind) -> list[str]:
    """Give the firmware of a model's row, the oldest first; of a model without any, that which it boots with."""
    return sorted(kind.manifest.models[kind.model].versions or (kind.boot.version,), key=order.natural)


def _next(version: str) -> str:
    """Count the last number of a version up, and keep its width."""
    return re.sub(r"\d+(?=\D*$)", lambda last: str(int(last[0]) + 1).zfill(len(last[0])), version)
