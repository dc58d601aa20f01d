"""Reads the scripts of a configuration: whoever runs them, and whoever only tries them."""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Callable, Sequence
from pathlib import Path

from ringboot.app.scripting.conf import register
from ringboot.host.loading import load
from ringboot.scripts.registry import Registry, collect_in
from ringboot.setup.settings import Settings

_M_ARENA_MAX = -8  # mallopt(3): each thread's arena would take 64 MB of the address space


def keep_within(memory: int) -> None:
    """Let this process have so many octets of address space from now on."""
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(settings: Settings, beat: Callable[[], None], only: Sequence[Path] = ()) -> Registry:
    """Read all scripts of a configuration, or `only` these; ScriptFault."""
    registry = Registry()
    collect_in(registry)
    load(only or settings.dhcp.scripts, beat)
    if settings.dhcp.conf is not None and not only:
        beat()
        register(settings.dhcp.conf, registry, settings.dhcp.networks)
    beat()
    return registry
