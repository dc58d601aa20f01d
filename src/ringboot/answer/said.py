"""What is known of a client: what its message says, and what its relay said before."""

from __future__ import annotations

from collections.abc import Mapping

from ringboot.answer.facts import Facts
from ringboot.answer.query import Query
from ringboot.model import evidence

_AGENT = 82


def said(query: Query, facts: Facts) -> Mapping[int, bytes]:
    """Give a client's options; a renewal that passes no relay is still from the same port (RFC 3046 2.2)."""
    message = query.message
    if not facts.reads_relay or message.giaddr or not message.ciaddr or _AGENT in message.options:
        return message.options
    lease = facts.table.of_address(message.ciaddr)
    if lease is None or lease.mac != message.chaddr:
        return message.options
    agent = evidence.unpack(lease.evidence).get(_AGENT)
    return message.options if agent is None else {**message.options, _AGENT: agent}
