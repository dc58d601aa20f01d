"""Counting leases by state as the clock goes on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringboot.leases.tally import Tally
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease

steps = st.tuples(
    st.sampled_from(["put", "take", "prolong", "count"]),
    st.integers(0, 4),  # address
    st.sampled_from([BOUND, RELEASED, DECLINED]),
    st.integers(0, 20),  # expiry, or the clock
)


@given(st.lists(steps, max_size=40))
def test_counts_are_those_of_a_fresh_count(script: list[tuple[str, int, str, int]]) -> None:
    tally = Tally()
    leases: dict[int, Lease] = {}
    clock = 0
    for step, address, state, number in script:
        lease = leases.get(address)
        if step == "count":
            clock = max(clock, number)
        elif step == "prolong":
            if lease is not None and lease.state == BOUND and lease.expiry <= number:
                tally.prolong(lease.expiry, number)
                lease.expiry = number
        else:
            if lease is not None:
                tally.take(leases.pop(address))
            if step == "put":
                leases[address] = Lease("n", address, b"", b"", state, 0, number, b"")
                tally.add(leases[address])
        assert tally.counts(clock) == {
            BOUND: sum(each.state == BOUND and each.expiry > clock for each in leases.values()),
            "expired": sum(each.state == BOUND and each.expiry <= clock for each in leases.values()),
            RELEASED: sum(each.state == RELEASED for each in leases.values()),
            DECLINED: sum(each.state == DECLINED for each in leases.values()),
        }


def test_a_lease_that_is_prolonged_after_its_end_is_bound_again() -> None:
    tally = Tally()
    tally.add(Lease("n", 1, b"", b"", BOUND, 0, 10, b""))
    assert tally.counts(15)["expired"] == 1
    tally.prolong(10, 20)
    assert tally.counts(15) == {BOUND: 1, "expired": 0, RELEASED: 0, DECLINED: 0}
    assert tally.counts(20)["expired"] == 1


def test_a_clock_that_steps_back_shows_what_was_over() -> None:
    tally = Tally()
    tally.add(Lease("n", 1, b"", b"", BOUND, 0, 10, b""))
    assert tally.counts(10)["expired"] == 1
    assert tally.counts(5)["expired"] == 1
