"""Phones for a simulation, made from what the catalog's manifests say about how devices boot."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from itertools import chain, cycle, islice, zip_longest
from typing import NamedTuple

from ringboot.catalog import FOLDER, words_first
from ringboot.plugins.folder import installed
from ringboot.plugins.schema import ANY_MODEL, Boot, Manifest
from ringboot.sim.phone import Habit, Phone

SEEDS = 256  # a seed's phones have MACs that no other seed's have, until 65,536 of them are made


class UnknownBrand(Exception):
    """The catalog has no such brand, or does not tell how its devices boot."""


class Kind(NamedTuple):
    """What a phone can be."""

    manifest: Manifest
    model: str
    boot: Boot


def manifests() -> list[Manifest]:
    """Give the brands whose manifests tell how their devices boot, by name, those of digits last."""
    return list(_manifests())


@cache
def _manifests() -> tuple[Manifest, ...]:
    sound, _ = installed(FOLDER)
    names = sorted(sound, key=words_first)
    return tuple(sound[ident].manifest for ident in names if sound[ident].manifest.boot)


def make_fleet(
    count: int, relay: str, server: tuple[str, int], tftp_port: int, *, brands: Collection[str] = (), seed: int = 0
) -> list[Phone]:
    """Make phones of all brands in turn, each of another model as long as there are any; UnknownBrand.

    When every model is there, brands go on taking turns, whatever number of models they have; and a model that comes
    again has another firmware, as far as the manifest names any. With a seed other than 0 the models come in an order
    of its own, and the MACs are its own.
    """
    rows = kinds(_chosen(brands))
    if seed:
        chance = random.Random(seed)
        for row in rows:
            chance.shuffle(row)
    each_once = (kind for level in zip_longest(*rows) for kind in level if kind is not None)
    go_on = (next(row) for row in cycle([cycle(row) for row in rows]))
    first = seed % SEEDS << 16
    turns: Counter[tuple[str, str]] = Counter()
    fleet = []
    for number, kind in enumerate(islice(chain(each_once, go_on), count), first + 1):
        seen = versions(kind)
        version = seen[turns[kind.manifest.name, kind.model] % len(seen)]
        fleet.append(phone_of(kind, version, number)(relay, server, tftp_port))
        turns[kind.manifest.name, kind.model] += 1
    return fleet


def _chosen(brands: Collection[str]) -> list[Manifest]:
    known = {manifest.name: manifest for manifest in manifests()}
    unknown = [name for name in brands if name not in known]
    if unknown:
        raise UnknownBrand(f"No brand is called {', '.join(unknown)}. There are: {', '.join(known)}")
    return [known[name] for name in brands] if brands else list(known.values())


def kinds(brands: list[Manifest]) -> list[list[Kind]]:
    """Give the kinds of each brand: the first model, then the last one, then inwards."""
    rows = []
    for manifest in brands:
        boots = {name: manifest.boot_of(name) for name in manifest.models if name != ANY_MODEL}
        models = [name for name, boot in boots.items() if boot is not None]
        inwards = [models[-1 - place // 2] if place % 2 else models[place // 2] for place in range(len(models))]
        rows.append([Kind(manifest, name, boot) for name in inwards if (boot := boots[name]) is not None])
    return rows


def versions(kind: Kind) -> list[str]:
    """Give the firmware that phones of this kind were seen with: as it boots, as sampled, as the model's row says."""
    sampled = (each.is_.version for each in kind.manifest.sample if each.is_.model == kind.model)
    facts = kind.manifest.models[kind.model].versions
    return list(dict.fromkeys(each for each in (kind.boot.version, *sampled, *facts) if each))


def phone_of(kind: Kind, version: str, number: int) -> Callable[[str, tuple[str, int], int], Phone]:
    """Make the phone of this number; what is left to say is how it reaches its server."""
    manifest, boot = kind.manifest, kind.boot
    oui = bytes.fromhex(manifest.oui[0]) if manifest.oui else b"\x02\x00\x00"
    resync = manifest.resync_of(kind.model, version)
    event = (resync.event or "") if resync.how == "sip-notify" else ""
    habit = Habit(boot.says, boot.agent, boot.url_from, boot.asks, event=event)
    return partial(Phone, oui + number.to_bytes(3, "big"), manifest.title, kind.model, version, habit)


def told_by_plugin(phone: Phone, address: str, http: int) -> Iterator[tuple[str, str]]:
    """Give the options that a brand's plugin asks DHCP to send, filled: for phones that get their address elsewhere."""
    manifest = next(each for each in manifests() if each.title == phone.brand)
    known = {"server": address, "tftp": address, "http": f"http://{address}:{http}", "http_port": str(http)}
    known["mac"] = phone.mac.hex()
    for key, text in manifest.dhcp.items():
        try:
            yield key, text.format_map(known)
        except KeyError:  # what only the daemon knows, such as a device's secret
            continue
