"""How long a lease lasts."""

from __future__ import annotations

from ringboot.answer.case import Case
from ringboot.answer.facts import Facts
from ringboot.answer.limits import scarce_pool
from ringboot.answer.network import Net, Provided
from ringboot.answer.query import Query
from ringboot.answer.said import said
from ringboot.leases.terms import INFINITE, SHORTEST_LEASE
from ringboot.model.site import Pool

_LEASE_TIME = 51


def short_time(net: Net, address: int, facts: Facts, utc: float, seconds: int) -> tuple[int, Pool | None]:
    """Cut the seconds of a lease where its pool runs short, and say which pool did; None: they stay."""
    pool = scarce_pool(net, address, facts, utc)
    most = net.row.scarce_lease_time
    return (seconds, None) if pool is None or most is None or most >= seconds else (most, pool)


def time_of(case: Case, net: Net) -> int:
    """Give the seconds of a client's lease while there are addresses enough; what scripts and sources say is first."""
    mine = case.client.reserved
    if isinstance(mine, Provided) and mine.given.lease_time is not None:
        return max(1, min(mine.given.lease_time, INFINITE))
    return lease_time(case.query, net, case.facts)


def lease_time(query: Query, net: Net, facts: Facts) -> int:
    """Give the seconds of a lease while there are addresses enough.

    They are the class's or the network's, or what the client asks for within their bounds.
    INFINITE is an ordinary number here: whoever asks for it gets the most there is (RFC 2131 3.3).
    """
    row, options, classes = net.row, query.message.options, facts.classes
    seconds = most = row.lease_time
    most = max(most, row.max_lease_time or 0)
    if classes.timed:
        own = classes.lease_time(classes.of(said(query, facts), query.message.chaddr))
        if own is not None:
            seconds = most = own
    asked = options.get(_LEASE_TIME)
    if asked is None or len(asked) != 4:
        return seconds
    least = min(row.min_lease_time or SHORTEST_LEASE, seconds)
    return max(least, min(most, int.from_bytes(asked, "big")))
