"""How long things last, one row each; seconds."""

from __future__ import annotations

OFFER_HOLD = 60.0  # an offered address waits this long for its client's REQUEST (RFC 2131 4.3.1)
OFFER_FRESH = 30.0  # an offer with more than this left is repeated as it is
QUARANTINE = 24 * 3600  # a pool address that somebody uses without a lease
QUARANTINE_RESERVED = 600  # a reserved one: its owner has no other, so it is tried again soon
INFINITE = 0xFFFFFFFF  # a lease that never ends (RFC 2131 3.3)
SHORTEST_LEASE = 8  # a client that asks for less gets this
