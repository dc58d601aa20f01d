"""The administrator's Python: what a file named in `[dhcp] scripts` imports.

    from ringboot.scripts import Answer, Query, Reservation, hook

A hook is a plain function behind one of the decorators of `hook`; docs/reference/scripts.md lists them all.
"""

from __future__ import annotations

from ringboot.scripts.answer import Answer
from ringboot.scripts.hooks import hook, timer
from ringboot.scripts.lease import Lease, leases
from ringboot.scripts.mac import MAC
from ringboot.scripts.outside import Device, Happening, devices, log, notify
from ringboot.scripts.pool import DynamicPool
from ringboot.scripts.query import Query
from ringboot.scripts.reservation import REFUSE, Refusal, Reservation

__all__ = [
    "MAC", "REFUSE", "Answer", "Device", "DynamicPool", "Happening", "Lease", "Query", "Refusal", "Reservation",
    "devices", "hook", "leases", "log", "notify", "timer",
]  # fmt: skip
