"""What a site reaches beyond itself: the daemon's scanner and leases, and the modules that its scripts import."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from ringboot.compat.staticdhcpd import addresses, conversion, databases, packet, rfc
from ringboot.compat.staticdhcpd.callbacks import Address, Callbacks, Extensions, Statistics
from ringboot.compat.staticdhcpd.definition import Definition
from ringboot.compat.staticdhcpd.optionnames import FIELDS, code_of, name_of

OURS = "ringboot.compat.staticdhcpd.extensions"
_PACKAGES = ("staticDHCPd_extensions", "extensions")
METHODS = (
    *("DECLINE", "DISCOVER", "INFORM", "LEASEQUERY", "RELEASE", "REQUEST:INIT-REBOOT", "REQUEST:REBIND"),
    *("REQUEST:RENEW", "REQUEST:SELECTING"),
)


class Held(NamedTuple):
    """A lease that is live; `expires` in seconds since 1970, UTC."""

    address: str
    mac: str
    expires: float


@dataclass(slots=True)
class Outside:
    """The daemon, as far as a site needs it; without one there is nothing to scan and no lease."""

    scan: Callable[[Sequence[str], float], Mapping[str, str]] = lambda _addresses, _seconds: {}  # address -> MAC
    seed: Callable[[Sequence[Held]], None] = lambda _rows: None  # leases for those that answered
    leases: Callable[[], Iterable[Held]] = tuple
    log: Callable[[str, str], None] = lambda _level, _text: None  # level and text
    utc: Callable[[], float] = time.time


@dataclass(slots=True)
class World:
    """One site: its folder, settings, callbacks, and the daemon."""

    folder: Path
    outside: Outside = field(default_factory=Outside)
    callbacks: Callbacks = field(default_factory=Callbacks)
    extensions: Extensions = field(default_factory=Extensions)
    config: ModuleType = field(default_factory=lambda: ModuleType("staticdhcpdlib.config"))


class Answered(NamedTuple):
    """A host that answered, as scapy names its parts."""

    psrc: str
    hwsrc: str


def install(world: World) -> None:
    """Put the modules of appendix C of the reference in the way of imports, those of an earlier site replaced.

    Files of the site's own in `staticDHCPd_extensions` or `extensions` beside conf.py come before ours.
    """
    remove()
    world.config.callbacks = world.callbacks  # type: ignore[attr-defined]
    for name, said in _surface(world).items():
        module = world.config if name == "staticdhcpdlib.config" else ModuleType(name)
        vars(module).update(said)
        module.__path__ = []
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)
    for name in _PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(world.folder / each) for each in _PACKAGES]
        sys.modules[name] = package
    sys.meta_path.append(_Finder(world))
    sys.path.append(str(world.folder))  # modules of the site's own lie beside conf.py
    importlib.invalidate_caches()


def remove() -> None:
    """Take them away again."""
    folders = {str(each.folder) for each in sys.meta_path if isinstance(each, _Finder)}
    sys.path[:] = [each for each in sys.path if each not in folders]
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, _Finder)]
    for name in list(sys.modules):
        if name.partition(".")[0] in ("staticdhcpdlib", "libpydhcpserver", "scapy", *_PACKAGES):
            del sys.modules[name]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an extension of ours where the site has no file of that name."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.folder = world.folder

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, last = name.rpartition(".")
        if package not in _PACKAGES or importlib.util.find_spec(f"{OURS}.{last}") is None:
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def exec_module(self, module: ModuleType) -> None:
        ours = importlib.import_module(f"{OURS}.{module.__name__.rpartition('.')[2]}")
        vars(module).update(ours.extension(self._world))


def _surface(world: World) -> dict[str, dict[str, Any]]:
    """Give every module and what stands in it, parents first."""

    def arping(net: object, timeout: float = 2, **_: object) -> tuple[list[tuple[None, Answered]], list[str]]:
        asked = _hosts(net)
        try:
            hits = dict(world.outside.scan(asked, float(timeout)))
        except OSError as error:  # TimeoutError is one
            world.outside.log("warning", f"nobody could ask by ARP: {error}")
            hits = {}
        answers = [(None, Answered(address, hits[address])) for address in asked if address in hits]
        return answers, [address for address in asked if address not in hits]

    methods = {f"_PACKET_TYPE_{name.replace(':', '_').replace('-', '_')}": name for name in METHODS}
    methods |= {f"METHOD_{name.replace(':', '_').replace('-', '_')}": name for name in METHODS}
    socket = type("conf", (), {"L2socket": None, "L2Socket": None, "iface": "", "verb": 0})
    values = {each.__name__: each for each in (*rfc.ENCODERS, *rfc.DECODERS)} | {"RFC": rfc.RFC}
    conversions = {each.__name__: each for each in conversion.PUBLIC}
    constants = {
        "FLAGBIT_BROADCAST": packet.FLAGBIT_BROADCAST,
        "DHCP_OPTIONS": {name_of(code): code for code in range(1, 255)},
        "DHCP_FIELDS": dict(FIELDS),
    }
    return {
        "staticdhcpdlib": {},
        "staticdhcpdlib.config": {"callbacks": world.callbacks},
        "staticdhcpdlib.databases": {},
        "staticdhcpdlib.databases.generic": {
            "Definition": Definition,
            "Database": databases.Database,
            "CachingDatabase": databases.CachingDatabase,
            "Null": databases.Null,
        },
        "staticdhcpdlib.statistics": {"Statistics": Statistics},
        "staticdhcpdlib.dhcp": methods,
        "libpydhcpserver": {},
        "libpydhcpserver.dhcp": {"Address": Address},
        "libpydhcpserver.dhcp_types": {},
        "libpydhcpserver.dhcp_types.ipv4": {"IPv4": addresses.IPv4},
        "libpydhcpserver.dhcp_types.mac": {"MAC": addresses.MAC},
        "libpydhcpserver.dhcp_types.conversion": conversions,
        "libpydhcpserver.dhcp_types.rfc": values,
        "libpydhcpserver.dhcp_types.packet": {"DHCPPacket": packet.DHCPPacket, **constants},
        "libpydhcpserver.dhcp_types.constants": {**constants, "code_of": code_of},
        "scapy": {},
        "scapy.arch": {"conf": socket},
        "scapy.config": {"conf": socket},
        "scapy.layers": {},
        "scapy.layers.l2": {"arping": arping},
    }


def _hosts(net: object) -> list[str]:
    """Give the addresses that `arping` is to ask: one, a list of them, or a subnet."""
    if isinstance(net, str) and "/" in net:
        first, prefix = addresses.IPv4.parseSubnet(net)
        size = 1 << (32 - prefix)
        start = int(first) & -size
        return [str(addresses.IPv4(start + each)) for each in range(size)]
    if isinstance(net, Iterable) and not isinstance(net, str | bytes | addresses.IPv4):
        return [address for each in net for address in _hosts(each)]
    return [str(addresses.IPv4(net))]
