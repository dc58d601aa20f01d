"""One machine, one lease: a boot ROM, a loader and a system call the same machine by different identifiers.

What boots from the network (option 93) is known by its MAC.  The system that starts after it takes the lease over: of
those that share the MAC, as containers do, the first that asks; the others have leases of their own.
"""

from __future__ import annotations

from ringboot.answer.facts import Facts
from ringboot.answer.network import Net
from ringboot.dhcp.message import Message
from ringboot.model import evidence
from ringboot.model.lease import BOUND, Lease

_CLIENT_ID, _ARCH = 61, 93
_ETHERNET = 1
_BY_ID = b"\x00"  # how the key of a client begins that is known by its identifier


def machine_key(message: Message, key: bytes, link: Net, facts: Facts, utc: float) -> bytes:
    """Give the key of a client on a wire: `key`, or its machine's, where the site has boot rules."""
    mac = message.chaddr
    if not facts.boots.rows or key[:1] != _BY_ID or message.htype != _ETHERNET or len(mac) != 6:
        return key
    machine = bytes((_ETHERNET,)) + mac
    if _ARCH in message.options:
        return machine
    left = False
    for net in link.wire:
        own = facts.table.of_client(net.name, key)
        if own is not None and own.state == BOUND and own.expiry > utc:
            return key  # it had one before: that stays
        lease = facts.table.of_client(net.name, machine)
        left = left or (lease is not None and lease.mac == mac and _is_left_to(key[1:], lease))
    return machine if left else key


def _is_left_to(client_id: bytes, lease: Lease) -> bool:
    """Say whether a loader had a lease last, or this very system."""
    said = evidence.unpack(lease.evidence)
    return _ARCH in said or said.get(_CLIENT_ID) == client_id
