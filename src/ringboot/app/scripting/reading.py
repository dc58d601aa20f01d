"""Reads the scripts of a configuration: whoever runs them, and whoever only tries them."""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Callable

from ringboot.app.scripting.conf import register
from ringboot.host.loading import load
from ringboot.scripts.registry import Registry, collect_in
from ringboot.setup.settings import Settings

_M_ARENA_MAX = -8  # mallopt(3): each thread's arena would take 64 MB of the address space


def read(settings: Settings, beat: Callable[[], None]) -> Registry:
    """Read all scripts of a configuration, with no more memory than they may have; ScriptFault."""
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (settings.scripts.memory, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    registry = Registry()
    collect_in(registry)
    for path in settings.dhcp.scripts:
        beat()
        load([path])
    if settings.dhcp.conf is not None:
        beat()
        register(settings.dhcp.conf, registry, settings.dhcp.networks)
    beat()
    return registry
