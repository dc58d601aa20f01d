"""What commands about networks, events and jobs show with --json."""

from __future__ import annotations

from typing import Any

from ringboot.admin.shapes.networks import AddressMap, Attention, ClientClass, Events, Job, Network
from ringboot.admin.shapes.things import Page, PoolHistory, Pools

TABLE: dict[str, Any] = {
    "pool list": Pools,
    "pool history": PoolHistory,
    "network list": Page[Network],
    "network show": Network,
    "network map": AddressMap,
    "class list": Page[ClientClass],
    "event list": Events,
    "job list": Page[Job],
    "job show": Job,
    "job resume": Job,
    "attention": Attention,
}
