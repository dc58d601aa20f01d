"""What a template can name: the configuration, the device, its model, its time zone, and the plugin's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ringboot.model.machine import NEW
from ringboot.plugins.escape import placed
from ringboot.plugins.job import RenderJob
from ringboot.plugins.raw import NAMES, SHARED, complete
from ringboot.plugins.schema import ANY_MODEL, Manifest
from ringboot.plugins.zones import Zone, zone_of

DEVICE_FIELDS = ("id", "mac", "ip", "sn", "uuid", "vendor", "model", "version", "description", "options")
_OTHERS_MAY_READ = DEVICE_FIELDS[:8]
_NEW_MACHINE = {"state": NEW, "once": None, "home": None}


class Facts:
    """Named facts, read as attributes or items; unlike a dict it has no methods that hide a fact named `keys`."""

    def __init__(self, name: str, facts: Mapping[str, Any]) -> None:
        self._name = name
        self._facts = facts

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_facts"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name: str) -> Any:
        return self._facts[name]

    def __contains__(self, name: object) -> bool:
        return name in self._facts

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __str__(self) -> str:
        return self._name


class NoZone(ValueError):
    """The configuration names a time zone that does not exist."""


class Ground:
    """What the files of a plugin see whoever they are for: made once, since templates cannot change anything of it."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.tables = Facts("tables", manifest.tables)
        self.models = {model: Facts(model, manifest.phone(model)) for model in manifest.models if model != ANY_MODEL}
        self._phones = {model: Facts("phone", manifest.phone(model)) for model in (*self.models, ANY_MODEL)}

    def phone(self, model: str | None) -> Facts:
        """Give the facts of a model, known or not."""
        return self._phones.get(model or ANY_MODEL, self._phones[ANY_MODEL])


def contexts(job: RenderJob, ground: Ground) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build what a device's own files see, and what files see that others may read; raises NoZone."""
    raw = complete(job.raw)
    for key, value in (("ip", job.facts.server), ("http_base_url", job.facts.http), ("tftp_port", 69)):
        raw[key] = value if raw[key] is None else raw[key]
    if raw["http_port"] is None:
        port = job.facts.http.rpartition(":")[2]
        raw["http_port"] = int(port) if port.isdecimal() else 80
    common: dict[str, Any] = {
        "server": job.facts.server,
        "http": job.facts.http,
        "tftp": job.facts.tftp,
        "zone": _zone(raw["timezone"]),
        "tables": ground.tables,
        "models": ground.models,
    }
    shared = shared_keys(ground.manifest, raw)
    whole: dict[str, Any] = placed(raw, "")
    open_ = {**{key: value for key, value in whole.items() if key in shared}, **common}
    if job.device is None:
        return open_, open_
    device: dict[str, Any] = placed({field: job.device.get(field) for field in DEVICE_FIELDS}, "device")
    bare = (device["mac"] or "").replace(":", "")
    about = {
        "mac": bare.lower() or None,
        "MAC": bare.upper() or None,
        "phone": ground.phone(device["model"]),
    }
    own = {**whole, **common, **about, "device": Facts("device", device)}
    if ground.manifest.machine is not None:
        own["boot"] = Facts("boot", job.machine or _NEW_MACHINE)
    seen = {field: device[field] for field in _OTHERS_MAY_READ}
    return own, {**open_, **about, "device": Facts("device", seen)}


def shared_keys(manifest: Manifest, raw: Mapping[str, Any]) -> set[str]:
    """Name the keys that files may hold which others can read: a closed list, and what the manifest opens itself."""
    opened = {name for name in manifest.params if name not in NAMES and name in raw}
    closed = {name for name, param in manifest.params.items() if param.secret}
    return (opened | SHARED) - closed


@lru_cache(maxsize=64)
def _zone(name: str | None) -> Facts | None:
    if name is None:
        return None
    zone = zone_of(name)
    if zone is None:
        raise NoZone(f"there is no time zone {name!r}")
    return _zone_facts(zone)


def _zone_facts(zone: Zone) -> Facts:
    dst = None
    if zone.dst is not None:
        changes = {
            when: Facts(when, {"month": at.month, "week": at.week, "weekday": at.weekday, "seconds": at.seconds})
            for when, at in (("start", zone.dst.start), ("end", zone.dst.end))
        }
        dst = Facts("zone.dst", {"save": zone.dst.save, **changes})
    return Facts("zone", {"name": zone.name, "offset": zone.offset, "posix": zone.posix, "dst": dst})
