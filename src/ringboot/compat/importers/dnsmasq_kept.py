"""What is kept of dnsmasq's lines until all of them are read, since tags may be set behind where they are used."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringboot.compat.importers.condition import Condition
from ringboot.compat.importers.dnsmasq_text import Line
from ringboot.model.site import Pool


@dataclass(slots=True)
class Range:
    """A dhcp-range with a pool."""

    line: Line
    network: str
    pool: Pool
    tags: set[str]


@dataclass(slots=True)
class Option:
    """An option, for clients that have all of these tags."""

    line: Line
    tags: tuple[str, ...]
    key: str
    text: str
    vendor: str = ""  # and whose vendor class holds this


@dataclass(slots=True)
class Read:
    """What is gathered before it can be put together."""

    ranges: list[Range] = field(default_factory=list)
    hosts: list[Line] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    tags: dict[str, Condition] = field(default_factory=dict)
    host_tags: dict[str, list[int]] = field(default_factory=dict)  # tag -> places in the list of reservations
    network_tags: dict[str, set[str]] = field(default_factory=dict)  # tag -> networks
    shared: list[Line] = field(default_factory=list)
    silent: set[int] = field(default_factory=set)  # options that are switched off
    flags: set[str] = field(default_factory=set)
    serves_names: bool = True
