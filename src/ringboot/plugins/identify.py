"""Who made this device: all brands' rules against what a request, or a DHCP message, says of its sender.

Every rule that matches adds what it knows to its brand.  The brand that knows most wins; a version weighs more than a
model, a model more than a MAC, a MAC more than the bare brand, and a MAC from the brand's own range decides between
equals.  When two brands are still equal, the answer is None: a wrong plugin would stay with the device, an unknown
device only asks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from ringboot.model.address import norm_mac
from ringboot.plugins.patterns import LONGEST, compiled
from ringboot.plugins.schema import Manifest, Rule

_OWN_RANGE, _BRAND, _MAC, _MODEL, _VERSION = 1, 2, 4, 8, 16

# Whose word counts for which fact, best first.  A file name is what the device was told to ask for; a User-Agent may
# hold the MAC of another interface.  What stands in neither list comes last.
_WORD_ON_MAC = ("tls.subject", "tftp.path", "http.path", "http.user-agent")
_WORD_ON_MODEL = ("tls.subject", "http.user-agent", "dhcp.60", "dhcp.43", "http.header", "tftp.path", "http.path")


class Identity(NamedTuple):
    """What is claimed of a device."""

    brand: str
    vendor: str
    model: str | None
    version: str | None
    mac: str | None
    sn: str | None
    uuid: str | None
    score: int
    evidence: str  # the names of what spoke for it: "http.user-agent, http.path"


_UNKNOWN = Identity("", "", None, None, None, None, None, 0, "")  # not looked at yet; None is nobody
MOST_KNOWN, MOST_TEXT = 10_000, 1000  # identities that are remembered; characters of the evidence of each


class _Compiled(NamedTuple):
    regex: re.Pattern[str]
    rule: Rule
    manifest: Manifest


class _Fact(NamedTuple):
    rank: int  # the smallest wins
    value: str


class Identifier:
    """The rules of all brands, ready to use."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._rules: dict[str, list[_Compiled]] = {}
        self._known: dict[tuple[tuple[str, str], ...], Identity | None] = {}  # hundreds ask for one file alike
        for manifest in manifests:
            for rule in manifest.identify:
                pattern = rule.match or oui_pattern(manifest)
                self._rules.setdefault(rule.from_, []).append(_Compiled(compiled(pattern), rule, manifest))
        self._read = {*self._rules, "dhcp.mac", "dhcp.oui"}  # most headers are read by no rule, and differ

    def identify(self, evidence: Mapping[str, str]) -> Identity | None:
        """Name the device behind this evidence; None when no brand, or more than one, fits best."""
        key = tuple(item for item in evidence.items() if item[0] in self._read)
        known = self._known.get(key, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        found = self._identify(evidence)
        if sum(len(text) for _, text in key) <= MOST_TEXT:  # what strangers send must not fill the memory
            if len(self._known) >= MOST_KNOWN:
                with suppress(KeyError, RuntimeError, StopIteration):  # the writer's thread does so, too
                    del self._known[next(iter(self._known))]
            self._known[key] = found
        return found

    def _identify(self, evidence: Mapping[str, str]) -> Identity | None:
        brands: dict[str, _Found] = {}
        for name, text in evidence.items():
            for each in self._rules.get(name, ()):
                match = each.regex.search(text[:LONGEST])
                if match is not None:
                    brand = each.manifest.name
                    if brand not in brands:
                        brands[brand] = _Found(each.manifest)
                    brands[brand].add(name, each, match)
        if not brands:
            return None
        ranked = sorted((found.identity(evidence) for found in brands.values()), key=lambda each: -each.score)
        if len(ranked) > 1 and ranked[0].score == ranked[1].score:
            return None
        return ranked[0]


class _Found:
    """What the rules of one brand know together."""

    __slots__ = ("facts", "manifest", "sources")

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.facts: dict[str, _Fact] = {}
        self.sources: list[str] = []

    def add(self, name: str, found: _Compiled, match: re.Match[str]) -> None:
        """Take the facts of one rule that matched."""
        if name not in self.sources:
            self.sources.append(name)
        rule = found.rule
        facts = {**match.groupdict(), **({"vendor": rule.vendor} if rule.vendor else {})}
        model = rule.model or facts.get("model")
        if model:
            facts["model"] = found.manifest.known_model(rule.rename.get(model, model))
        for key, value in facts.items():
            cleaned = _mac(value) if key == "mac" else value
            rank = _rank(_WORD_ON_MAC if key == "mac" else _WORD_ON_MODEL, name)
            if cleaned and (key not in self.facts or rank < self.facts[key].rank):
                self.facts[key] = _Fact(rank, cleaned)

    def identity(self, evidence: Mapping[str, str]) -> Identity:
        """Sum up, and weigh."""
        known = {key: fact.value for key, fact in self.facts.items()}
        mac = known.get("mac")
        score = _BRAND
        score += _MAC if mac or "sn" in known or "uuid" in known else 0
        score += _MODEL if "model" in known else 0
        score += _VERSION if "version" in known else 0
        ranges = {(mac or evidence.get("dhcp.mac") or "").replace(":", "")[:6], evidence.get("dhcp.oui", "")}
        score += _OWN_RANGE if ranges & set(self.manifest.oui) else 0
        return Identity(
            self.manifest.name,
            known.get("vendor", self.manifest.title),
            known.get("model"),
            known.get("version"),
            mac,
            known.get("sn"),
            known.get("uuid"),
            score,
            ", ".join(self.sources),
        )


def oui_pattern(manifest: Manifest) -> str:
    """Write the manifest's ranges of MACs as a pattern for dhcp.oui."""
    return f"^(?:{'|'.join(manifest.oui)})$"


def _rank(order: tuple[str, ...], name: str) -> int:
    for place, each in enumerate(order):
        if name == each or name.startswith(f"{each}."):
            return place
    return len(order)


def _mac(text: str | None) -> str | None:
    try:
        return norm_mac(text) if text else None
    except ValueError:
        return None
