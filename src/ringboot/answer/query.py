"""A client's message as it came to a door, and the time at which it is answered."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.dhcp.message import Message


class Now(NamedTuple):
    """One moment on two clocks: `utc` for when leases end, `steady` for offers."""

    utc: float
    steady: float


class Query(NamedTuple):
    """A message, and what the door knows about how it came."""

    message: Message
    interface: str
    locals: tuple[int, ...]  # our addresses there, the primary one first
    peer: int  # the address it was sent from
    port: int  # and the UDP port
    unicast: bool  # sent to one of our addresses, not to everybody
    pxe: bool = False  # it came to the port of boot servers (4011)
