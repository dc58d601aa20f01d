"""The nonce by which a client will know that it is we who ask it to renew (RFC 6704)."""

from __future__ import annotations

import hmac

from ringboot.answer.case import Case
from ringboot.dhcp.forcerenew import NONCE_OCTETS, is_capable, nonce_option
from ringboot.model import evidence
from ringboot.model.lease import LeaseChange

TICKS = 1_000_000  # of the replay detection field, in a second


def introduce(case: Case, row: LeaseChange, *, fresh: bool) -> tuple[LeaseChange, bytes]:
    """Keep a nonce with a lease, and give the option that tells the client of it.

    `fresh`: the client starts, and knows none any more.  One that renews is told only when it was not told before
    (RFC 6704 3.1.2).
    """
    query, client, facts, now = case
    message = query.message
    if not (facts.seed and facts.site.forcerenew and is_capable(message.options)):
        return row, b""
    nonce, told = evidence.nonce_of(row.evidence), b""
    if fresh or not nonce:
        # Of the seed, which nobody knows, and what is different for each start of each client.
        about = client.key + row.address.to_bytes(4, "big") + message.xid
        nonce = hmac.digest(facts.seed, about, "sha256")[:NONCE_OCTETS]
        told = nonce_option(nonce, int(now.utc * TICKS))
    # Clients take a FORCERENEW for theirs only by the id of their last exchange (dhcpcd does).
    return row._replace(evidence=evidence.with_nonce(row.evidence, nonce, message.xid)), told
