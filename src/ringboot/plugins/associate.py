"""Which plugin a device gets: one written for its firmware, else for its model, else for its brand; and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot.plugins import version as versions
from ringboot.plugins.schema import ANY_MODEL, Manifest

EXACT, MODEL, BRAND = 600, 500, 300  # provd's numbers, so that scores of both kinds of plugins compare


class Association(NamedTuple):
    """The choice; `why` is a sentence."""

    plugin: str
    score: int
    why: str


def associate(
    brand: str, model: str | None, version: str | None, plugins: Mapping[str, Manifest]
) -> Association | None:
    """Choose among plugins (by id) for a device; None when none is of its brand."""
    rated = [
        (_score(manifest, model, version), versions.natural(manifest.version), versions.natural(plugin), plugin)
        for plugin, manifest in plugins.items()
        if manifest.name == brand
    ]
    if not rated:
        return None
    score, _, _, plugin = max(rated)
    equals = sum(1 for each in rated if each[0] == score) - 1
    return Association(plugin, score, _why(score, plugins[plugin], model, version, equals))


def _score(manifest: Manifest, model: str | None, version: str | None) -> int:
    row = manifest.models.get(model) if model and model != ANY_MODEL else None
    if row is None:
        return BRAND
    if version is not None and any(versions.same(version, each) for each in row.versions):
        return EXACT
    return MODEL


def _why(score: int, manifest: Manifest, model: str | None, version: str | None, equals: int) -> str:
    if score == EXACT:
        why = f"It is written for the {manifest.title} {model} with firmware {version}"
    elif score == MODEL:
        firmware = f"though not with firmware {version}" if version else "whose firmware is not yet known"
        why = f"It knows the {manifest.title} {model}, {firmware}"
    elif model:
        why = f"It is for {manifest.title}, though it does not know the model {model}"
    else:
        why = f"It is for {manifest.title}; the model is not yet known"
    return f"{why}; it is newer than {equals} other{'s' if equals > 1 else ''} as good." if equals else f"{why}."
