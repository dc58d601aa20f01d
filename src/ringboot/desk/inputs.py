"""What a device's files are made from: its configuration, what it is told of the server, what is known of it."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any, NamedTuple

from ringboot.desk.core import Core
from ringboot.fleet import configs, machines
from ringboot.fleet.books import Books
from ringboot.fleet.raw_config import complete
from ringboot.model.device import Device
from ringboot.model.machine import Machine
from ringboot.plugins.job import RenderJob, ServerFacts, written

_UNSEEN = ("configured", "problem", "association", "added")  # fields of a device that no template sees
_FIELDS = tuple(field.name for field in fields(Device) if field.name not in _UNSEEN)


class Inputs(NamedTuple):
    """All that goes into a device's files, but for the templates."""

    raw: dict[str, Any]  # every key of the configuration
    facts: ServerFacts
    device: dict[str, Any]  # its fields
    machine: dict[str, Any] | None  # how far it is, when it boots from the network
    written: str  # all of that as it goes to a worker

    def digest(self) -> bytes:
        """Give a name to them."""
        return hashlib.sha256(self.written.encode()).digest()

    def job(self, revision: int, folder: str) -> RenderJob:
        """Ask a worker for the files; `folder`: the plugin's."""
        return RenderJob(revision, folder, self.raw, self.facts, self.device, self.machine, self.written)


def inputs(core: Core, device: Device, flat: dict[str, Any], machine: Machine | None) -> Inputs:
    """Bring together what a device's files are made from; FieldErrors."""
    raw, facts = complete({**told(core), **flat}), core.facts(device.ip)
    fields_ = {key: getattr(device, key) for key in _FIELDS}
    about = None if machine is None else machines.told(machine, facts.http)
    return Inputs(raw, facts, fields_, about, written(raw, facts, fields_, about))


def told(core: Core) -> dict[str, Any]:
    """Give the keys that provd's templates know the server by."""
    facts = core.facts(None)
    keys: dict[str, Any] = {"ip": facts.server}
    if (http := core.began_with.http.listen) is not None:
        keys |= {"http_port": str(http.port), "http_base_url": facts.http}
    if core.world.settings.locale:
        keys["locale"] = core.world.settings.locale
    if (tftp := core.began_with.tftp.listen) is not None:
        keys["tftp_port"] = tftp.port
    return keys


class Inheritance:
    """What configs inherit, flattened once for all that have the same parents, while the database stays as it is."""

    def __init__(self) -> None:
        self._generation = -1
        self._of: dict[tuple[str, ...], configs.Flat] = {}

    def flat(self, generation: int, books: Books, device: Device) -> dict[str, Any] | None:
        """Flatten a device's config, to be looked at only; None when it has none.

        `generation`: of the database before the books were opened.
        """
        config = books.configs.get(device.config) if device.config is not None else None
        if config is None:
            return None
        if generation != self._generation:
            self._of.clear()
            self._generation = generation
        below = self._of.get(config.parent_ids)
        if below is None:
            below = self._of[config.parent_ids] = configs.inherited(books.configs.get, config)
        if config.id in below.order:  # it inherits from itself
            return configs.flatten(books.configs.get, config.id).raw
        return configs.laid(below.raw, config.raw_config)
