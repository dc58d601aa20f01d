"""Which server a client talks to: this one, or its relay agent, which stands in for this one."""

from __future__ import annotations

from ringboot.answer.facts import Facts
from ringboot.answer.query import Query
from ringboot.dhcp.message import Message
from ringboot.model.evidence import sub_options

_AGENT = 82
_OVERRIDE = 11  # of option 82 (RFC 5107)


def override_of(message: Message) -> int:
    """Give the address that a relay agent wants to be the server identifier, so that clients renew with it; else 0."""
    agent = message.options.get(_AGENT) if message.giaddr else None
    if agent is None or _OVERRIDE not in agent:  # nearly always, and told without taking it apart
        return 0
    told = sub_options(agent).get(_OVERRIDE, b"")
    return int.from_bytes(told, "big") if len(told) == 4 else 0


def is_us(server: bytes, query: Query, facts: Facts) -> bool:
    """Say whether a server identifier (option 54) means this server."""
    address = int.from_bytes(server, "big")
    return address in query.locals or facts.is_own(address) or 0 < address == override_of(query.message)
