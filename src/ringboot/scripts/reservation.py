"""What a client is given, as scripts say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ringboot.dhcp import options as table
from ringboot.dhcp import private
from ringboot.dhcp.private import Private
from ringboot.dhcp.rules import RESERVED
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_number, ip_text
from ringboot.model.duration import seconds_of
from ringboot.model.scripting import Given
from ringboot.scripts.options import Name, Value, key_of, text_of

Duration = int | float | str | timedelta


class Refusal:
    """What REFUSE is."""

    def __repr__(self) -> str:
        return "REFUSE"


REFUSE = Refusal()  # of a hook: the client gets nothing, and a NAK for what it holds


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a client gets: an address, or one of a network's pools, for a time, with options of its own."""

    address: str | None = None  #: The address. None: one of the pools of `network`.
    network: str | None = None  #: The network, by name. None: the one of the client's wire that holds the address.
    lease_time: Duration | None = None  #: Seconds, `"2m"`, or a timedelta. None: the network's.
    t1: Duration | None = None  #: When it renews. None: as the network says.
    t2: Duration | None = None  #: When it asks any server. None: as the network says.
    hostname: str | None = None  #: Its name (option 12).
    options: Mapping[Any, Value] = field(default_factory=dict)  #: Options, as in the configuration.
    extra: Mapping[str, str] = field(default_factory=dict)  #: What else a source says of the client; for hooks only.

    def given(self, origin: str, declared: Sequence[Private] = ()) -> Given:
        """Check it, and write it as it crosses to dhcp; ValueError says what is wrong."""
        return Given(
            origin=origin,
            network=self.network or "",
            address=ip_text(ip_number(self.address)) if self.address else "",
            lease_time=seconds_in("lease_time", self.lease_time),
            t1=seconds_in("t1", self.t1),
            t2=seconds_in("t2", self.t2),
            hostname=self.hostname or "",
            options=dict(_option(name, value, declared) for name, value in self.options.items()),
            extra=dict(self.extra),
        )

    @classmethod
    def of(cls, given: Given) -> Reservation:
        """Read what dhcp or a source says that a client gets."""
        return cls(
            given.address or None, given.network or None, given.lease_time, given.t1, given.t2, given.hostname or None,
            dict(given.options), dict(given.extra),
        )  # fmt: skip


def seconds_in(name: str, value: Duration | None) -> int | None:
    """Read a duration as whole seconds; ValueError names it."""
    if value is None:
        return None
    if isinstance(value, timedelta):
        value = value.total_seconds()
    seconds = round(seconds_of(value) if isinstance(value, str) else value)
    if not 1 <= seconds <= INFINITE:
        raise ValueError(f"{name}: {value} is no time that a lease can have")
    return seconds


def _option(name: Name, value: Value, declared: Sequence[Private]) -> tuple[str, str]:
    key, text = key_of(name, declared), text_of(value)
    if int(key.partition(".")[0]) in RESERVED:
        raise ValueError(f"option {name} is written by the server itself")
    row = private.find(declared, str(name))
    if "{" in text:  # a placeholder, which dhcp fills in
        return key, text if row is None else private.plain(row, text, filled=text)
    try:
        if row is not None:
            return key, private.plain(row, text, filled=text)
        table.encode_text(key, text)
    except ValueError as error:
        raise ValueError(f"option {name}: {error}") from None
    return key, text
