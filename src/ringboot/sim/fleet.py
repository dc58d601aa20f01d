"""Phones for a simulation, made from what the catalog's manifests say about how devices boot."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from ringboot.catalog import FOLDER
from ringboot.plugins.folder import installed
from ringboot.plugins.schema import ANY_MODEL, Manifest
from ringboot.sim.phone import Habit, Phone


def manifests() -> list[Manifest]:
    """Give the brands whose manifests tell how their devices boot, by name."""
    sound, _ = installed(FOLDER)
    return [sound[ident].manifest for ident in sorted(sound) if sound[ident].manifest.boot]


def make_fleet(count: int, relay: str, server: tuple[str, int], tftp_port: int) -> list[Phone]:
    """Make phones of all brands in turn, each of another model as long as there are any."""
    kinds = list(_kinds())
    return [
        _phone(kinds[place % len(kinds)], place + 1, relay, server, tftp_port) for place in range(count)
    ]  # fmt: skip


def _kinds() -> Iterator[tuple[Manifest, str]]:
    """Walk over brands and models: the first model of each brand, then the last one, then inwards."""
    rows = []
    for manifest in manifests():
        models = [name for name in manifest.models if name != ANY_MODEL and manifest.boot_of(name) is not None]
        inwards = [models[-1 - place // 2] if place % 2 else models[place // 2] for place in range(len(models))]
        rows.append([(manifest, model) for model in inwards])
    for level in zip_longest(*rows):
        yield from (kind for kind in level if kind is not None)


def _phone(kind: tuple[Manifest, str], number: int, relay: str, server: tuple[str, int], tftp_port: int) -> Phone:
    manifest, model = kind
    boot = manifest.boot_of(model)
    if boot is None:
        raise ValueError(f"the manifest of {manifest.name} does not tell how a {model} boots")
    oui = bytes.fromhex(manifest.oui[0]) if manifest.oui else b"\x02\x00\x00"
    return Phone(
        mac=oui + number.to_bytes(3, "big"),
        brand=manifest.title,
        model=model,
        version=boot.version,
        habit=Habit(boot.says, boot.agent, boot.url_from, boot.asks),
        relay=relay,
        server=server,
        tftp_port=tftp_port,
    )
