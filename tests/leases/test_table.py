"""The lease table: changes and their inverses, one address a client, free addresses, restarts."""

from __future__ import annotations

import pytest

from ringboot.leases import change
from ringboot.leases.offers import Offer, Withdraw
from ringboot.leases.span import Span
from ringboot.leases.table import Table
from ringboot.leases.undo import Change
from ringboot.model.lease import BOUND, DECLINED, RELEASED, Lease, LeaseChange

NET = "phones"
FIRST = 0x0A000100
UTC = 1_700_000_000


def key(number: int) -> bytes:
    return b"\x01" + number.to_bytes(6, "big")


def table(size: int = 4, *changes: Change) -> Table:
    made = Table()
    made.set_pools([Span(NET, FIRST, FIRST + size - 1)])
    for each in changes:
        made.apply(each)
    return made


def bind(address: int, who: int, utc: int = UTC, seconds: int = 100, network: str = NET) -> LeaseChange:
    mac = who.to_bytes(6, "big")
    return change.bind(network, FIRST + address, key(who), mac, seconds=seconds, evidence=b"", utc=utc)


def held(made: Table, address: int) -> Lease:
    lease = made.of_address(FIRST + address)
    assert lease is not None
    return lease


def free(made: Table, utc: float = UTC, steady: float = 0.0) -> int | None:
    found = made.free(NET, utc, steady)
    return None if found is None else found - FIRST


def was(address: int, who: int) -> Lease:
    """Give a lease as it was, for rows that end it."""
    return Lease(NET, FIRST + address, key(who), who.to_bytes(6, "big"), BOUND, UTC, UTC + 100, b"")


def offer(address: int, who: int, until: float = 60.0) -> Offer:
    return Offer(NET, FIRST + address, key(who), until)


def dump(made: Table, steady: float = 0.0) -> object:
    """Everything a table knows, in a comparable form."""
    leases = made.leases(limit=10_000)
    return (
        [(lease, made.of_client(lease.network, lease.key)) for lease in leases],
        {address: made.offered(address, steady) for address in range(FIRST, FIRST + 10)},
        {who: (made.offer_of(NET, key(who), steady), made.of_client(NET, key(who))) for who in range(10)},
        made.counts(UTC, steady),
    )


# Who has what


def test_a_lease_is_found_by_address_and_by_client() -> None:
    made = table(4, bind(0, 7))
    assert held(made, 0) is made.of_client(NET, key(7))
    assert made.of_client("elsewhere", key(7)) is None
    assert made.of_client(NET, key(8)) is None
    assert made.of_address(FIRST + 1) is None
    assert len(made) == 1


def test_a_client_holds_one_address_a_network() -> None:
    made = table(4, bind(0, 7), bind(1, 7, UTC + 10))
    assert made.of_client(NET, key(7)) is held(made, 1)
    left = held(made, 0)
    assert (left.state, left.expiry) == (RELEASED, UTC + 10)
    made.apply(bind(2, 7, network="voice"))
    assert made.of_client(NET, key(7)) is held(made, 1)
    assert held(made, 2).state == BOUND


def test_an_address_that_somebody_else_got_is_forgotten_by_its_last_holder() -> None:
    made = table(4, bind(0, 7), bind(0, 8, UTC + 200))
    assert made.of_client(NET, key(7)) is None
    assert made.of_client(NET, key(8)) is held(made, 0)


def test_a_declined_address_is_nobodys() -> None:
    made = table(4, bind(0, 7))
    made.apply(change.decline(held(made, 0), UTC))
    assert made.of_client(NET, key(7)) is None
    assert (held(made, 0).state, held(made, 0).key) == (DECLINED, key(7))


def test_a_freed_address_is_forgotten() -> None:
    made = table(4, bind(0, 7))
    made.apply(change.free(held(made, 0), UTC))
    assert made.of_address(FIRST) is None
    assert made.of_client(NET, key(7)) is None
    assert len(made) == 0


def test_a_renewal_keeps_the_objects_that_are_equal() -> None:
    made = table(4, bind(0, 7))
    before = held(made, 0)
    made.apply(change.renew(before, bytes(bytearray(before.mac)), seconds=200, evidence=b"new", utc=UTC + 1))
    after = held(made, 0)
    assert (after.start, after.expiry, after.evidence) == (UTC, UTC + 201, b"new")
    assert after.key is before.key
    assert after.mac is before.mac
    assert after.network is before.network


# Offers


def test_an_offer_keeps_an_address_for_one_client_for_a_while() -> None:
    made = table(4, offer(0, 7))
    assert made.offer_of(NET, key(7), 0.0) == made.offered(FIRST, 59.9) == offer(0, 7)
    assert made.offer_of(NET, key(7), 60.0) is None
    assert made.offered(FIRST, 60.0) is None


def test_an_offer_takes_the_place_of_the_clients_earlier_one() -> None:
    made = table(4, offer(0, 7), offer(1, 7))
    assert made.offered(FIRST, 0.0) is None
    assert free(made) == 0


def test_an_offer_ends_when_the_address_or_its_client_is_bound() -> None:
    made = table(4, offer(0, 7), offer(1, 8), bind(0, 7), bind(2, 8))
    assert made.counts(UTC, 0.0)["offered"] == 0
    assert free(made) == 1


def test_a_withdrawn_offer_leaves_the_address_free() -> None:
    made = table(4, offer(0, 7), Withdraw(NET, key(7)), Withdraw(NET, key(8)))
    assert made.offered(FIRST, 0.0) is None
    assert free(made) == 0


# Free addresses


def test_new_addresses_come_first_then_the_one_that_is_free_for_the_longest_time() -> None:
    made = table(4, bind(0, 1, seconds=50), bind(1, 2, seconds=30), bind(2, 3, seconds=90))
    assert free(made, UTC + 1000) == 3
    made.apply(bind(3, 4, seconds=5000))
    assert [free(made, UTC + late) for late in (29, 30, 49, 50)] == [None, 1, 1, 1]
    made.apply(bind(1, 5, UTC + 50, seconds=5000))
    assert free(made, UTC + 1000) == 0
    made.apply(bind(0, 6, UTC + 1000, seconds=5000))
    assert free(made, UTC + 1000) == 2


def test_a_released_address_waits_behind_one_that_ran_out_earlier() -> None:
    made = table(3, bind(0, 1, seconds=1000), bind(1, 2, seconds=10), bind(2, 3, seconds=1000))
    made.apply(change.release(held(made, 0), UTC + 20))
    assert free(made, UTC + 20) == 1
    made.apply(bind(1, 4, UTC + 20, seconds=1000))
    assert free(made, UTC + 20) == 0


def test_a_renewed_lease_is_not_recycled_at_its_old_end() -> None:
    made = table(1, bind(0, 1))
    made.apply(change.renew(held(made, 0), b"", seconds=100, evidence=b"", utc=UTC + 50))
    assert free(made, UTC + 149) is None
    assert free(made, UTC + 150) == 0


def test_a_lease_that_became_shorter_is_recycled_at_its_new_end() -> None:
    made = table(1, bind(0, 1, seconds=1000))
    made.apply(change.renew(held(made, 0), b"", seconds=10, evidence=b"", utc=UTC + 50))
    assert free(made, UTC + 59) is None
    assert free(made, UTC + 60) == 0


def test_a_declined_address_comes_back_after_its_quarantine() -> None:
    made = table(1, bind(0, 1))
    made.apply(change.decline(held(made, 0), UTC, seconds=600))
    assert free(made, UTC + 599) is None
    assert free(made, UTC + 600) == 0


def test_a_spoilt_address_that_nobody_had() -> None:
    made = table(2, offer(0, 7))
    made.apply(change.spoil(NET, FIRST, UTC, 600))
    assert made.offer_of(NET, key(7), 0.0) is None
    assert free(made) == 1


def test_a_lapsed_offer_of_a_new_address_is_found_again() -> None:
    made = table(2, offer(0, 1), offer(1, 2))
    assert free(made, steady=59.0) is None
    assert free(made, steady=60.0) in (0, 1)
    made.apply(bind(0, 1))
    assert free(made, steady=61.0) == 1


def test_a_lapsed_offer_of_a_remembered_address_is_found_again() -> None:
    made = table(1, bind(0, 1), offer(0, 2))
    assert free(made, UTC + 200, steady=1.0) is None
    assert free(made, UTC + 200, steady=60.0) == 0


def test_an_address_asked_for_ahead_of_the_cursor_is_skipped_and_found_again() -> None:
    made = table(3, offer(1, 7), bind(0, 1))
    assert free(made) == 2
    made.apply(bind(2, 2))
    assert free(made) is None
    assert free(made, steady=60.0) == 1


def test_withheld_addresses_are_not_given_until_they_are_admitted() -> None:
    made = table(3, bind(1, 1))
    made.withhold(FIRST)
    made.withhold(FIRST + 1)
    assert made.is_withheld(FIRST)
    assert free(made, UTC + 1000) == 2
    made.apply(bind(2, 2, UTC + 1000, seconds=10_000))
    assert free(made, UTC + 1000) is None
    made.admit(FIRST + 1)
    assert free(made, UTC + 1000) == 1
    made.withhold_only({FIRST + 1, FIRST + 2})
    assert free(made, UTC + 1000) == 0


def test_the_clock_may_step_back_without_an_address_being_lost() -> None:
    made = table(1, bind(0, 1))
    assert free(made, UTC + 500) == 0
    assert free(made, UTC) is None
    made.apply(change.renew(held(made, 0), b"", seconds=100, evidence=b"", utc=UTC + 1))
    assert free(made, UTC + 100) is None
    assert free(made, UTC + 101) == 0


def test_full_pools_of_any_size_answer_at_once() -> None:
    """The work of a thousand addresses is not done again for each of a thousand questions."""
    made = table(1000, *(bind(number, number) for number in range(1000)))
    span = made._spans[0]
    assert free(made) is None
    assert span.cursor == FIRST + 1000
    for number in range(1000):
        made.apply(change.renew(held(made, number), b"", seconds=100, evidence=b"", utc=UTC + 60))
    made.tend(UTC + 100, 10_000)
    assert span.heap[0] >> 32 == UTC + 160  # nothing is left to look after
    assert free(made, UTC + 100) is None


def test_hints_do_not_pile_up() -> None:
    made = table(2)
    for round_ in range(5000):
        made.apply(bind(0, 1, UTC + round_, seconds=100_000))
        made.apply(change.release(held(made, 0), UTC + round_))
        made.apply(offer(1, round_))
        made.apply(Withdraw(NET, key(round_)))
    span = made._spans[0]
    assert len(span.heap) < 1100
    assert len(span.loose) <= 2
    assert len(span.idle) <= 2


def test_a_pool_that_stays_keeps_what_it_knows_and_a_new_one_learns() -> None:
    made = table(4, bind(0, 1))
    assert free(made) == 1
    kept = made._spans[0]
    made.set_pools([Span("more", 0x0B000000, 0x0B000003), Span(NET, FIRST, FIRST + 3)])
    assert made._spans[0] is kept
    made.apply(change.bind("more", 0x0B000000, key(2), b"", seconds=10, evidence=b"", utc=UTC))
    made.set_pools([Span("more", 0x0B000000, 0x0B000000), Span(NET, FIRST, FIRST + 1)])
    assert made.free("more", UTC, 0.0) is None
    assert made.free("more", UTC + 10, 0.0) == 0x0B000000
    assert free(made) == 1
    made.set_pools([])
    assert free(made) is None


# Undo

CHANGES: dict[str, list[Change]] = {
    "bind": [bind(3, 3)],
    "bind an offered address": [bind(1, 2)],
    "bind another's expired address": [bind(0, 5, UTC + 200)],
    "bind a client elsewhere": [bind(3, 1)],
    "bind in another network": [bind(3, 1, network="voice")],
    "renew": [change.renew(was(0, 1), b"m", seconds=900, evidence=b"e", utc=UTC)],
    "release": [change.release(was(0, 1), UTC + 5)],
    "decline": [change.decline(was(0, 1), UTC + 5)],
    "spoil": [change.spoil(NET, FIRST + 1, UTC)],
    "free": [change.free(was(0, 1), UTC + 5)],
    "offer": [offer(3, 3)],
    "offer again": [offer(1, 2, 90.0)],
    "offer another": [offer(3, 2)],
    "offer over an offer": [offer(1, 3)],
    "withdraw": [Withdraw(NET, key(2))],
    "withdraw nothing": [Withdraw(NET, key(9))],
    "all at once": [offer(3, 3), bind(3, 3), bind(1, 3), Withdraw(NET, key(2)), bind(3, 1), bind(0, 4)],
}  # fmt: skip


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_undo_restores_everything(changes: list[Change]) -> None:
    made = table(5, bind(0, 1), offer(1, 2), bind(4, 6))
    made.apply(change.release(held(made, 4), UTC))
    before, next_free = dump(made), free(made)
    undos = [made.apply(each) for each in changes]
    for undo in reversed(undos):
        made.undo(undo)
    assert dump(made) == before
    assert free(made) == next_free
    rest = table(5)
    rest.load([bind(0, 1), bind(4, 6), change.release(held(made, 4), UTC)])
    assert dump(rest, steady=1e9) == dump(made, steady=1e9)


def test_an_address_whose_lease_was_undone_is_given_to_the_next() -> None:
    made = table(1, offer(0, 1))
    undo = made.apply(bind(0, 1))
    made.undo(undo)
    assert made.offer_of(NET, key(1), 0.0) is not None
    assert free(made) is None
    assert free(made, steady=60.0) == 0


def test_an_address_that_was_passed_by_meanwhile_is_found_again() -> None:
    made = table(2)
    undo = made.apply(bind(0, 1))
    assert free(made) == 1
    made.undo(undo)
    made.apply(bind(1, 2))
    assert free(made) == 0


def test_a_remembered_address_that_was_passed_by_meanwhile_is_found_again() -> None:
    made = table(1, bind(0, 1))
    undo = made.apply(bind(0, 2, UTC + 200))
    assert free(made, UTC + 200) is None
    made.undo(undo)
    assert free(made, UTC + 200) == 0


def test_an_offer_that_was_put_back_lapses_in_its_time() -> None:
    made = table(2, offer(0, 1), offer(1, 2, 90.0))
    undo = made.apply(offer(0, 1, 120.0))
    made.undo(undo)
    assert free(made, steady=60.0) == 0


# Restarts


def kept(lease: Lease) -> LeaseChange:
    """A row as compaction writes it."""
    return LeaseChange(
        "kept", lease.state, lease.network, lease.address, lease.key, lease.mac, lease.start, lease.expiry,
        lease.evidence, UTC,
    )  # fmt: skip


HISTORY = [
    bind(0, 1), bind(1, 2), bind(0, 1, UTC + 50), bind(2, 1, UTC + 60), bind(3, 4), bind(3, 5, UTC + 200),
    change.spoil(NET, FIRST + 4, UTC), bind(5, 6), change.release(was(5, 6), UTC + 9),
    bind(6, 7), change.free(was(6, 7), UTC + 9), bind(7, 6, UTC + 10),
]  # fmt: skip


def test_loading_the_journal_gives_the_same_table() -> None:
    lived = table(9, *HISTORY)
    loaded = table(9)
    assert loaded.load(HISTORY) == len(HISTORY)
    assert dump(loaded) == dump(lived)
    assert free(loaded) == 6
    later = Table()
    later.load(HISTORY)
    later.set_pools([Span(NET, FIRST, FIRST + 8)])
    assert free(later) == 6


@pytest.mark.parametrize("backwards", [False, True])
def test_rows_of_compaction_are_facts_in_any_order(backwards: bool) -> None:
    """A client has a live lease and an older address that nobody took; the live one stays its own."""
    lived = table(9, *HISTORY)
    rows = [kept(lease) for lease in lived.leases()]
    loaded = table(9)
    loaded.load(reversed(rows) if backwards else rows)
    assert dump(loaded) == dump(lived)
    loaded.load(rows)  # and again
    assert dump(loaded) == dump(lived)


def test_two_live_addresses_of_one_client_in_a_damaged_journal_become_one() -> None:
    rows = [kept(Lease(NET, FIRST + n, key(1), b"", BOUND, UTC + n, UTC + 100, b"")) for n in (1, 0)]
    for order in (rows, rows[::-1]):
        loaded = table(3)
        loaded.load(order)
        assert loaded.of_client(NET, key(1)) is held(loaded, 1)
        assert held(loaded, 0).state == RELEASED


# Pages


def test_pages_come_in_order_of_address_and_miss_none() -> None:
    addresses = [0x0A000105, 0x0A0000FF, 0x0A000100, 0x0B000000, 0, 0xFFFFFFFF, 0x0A0001FF]
    made = Table()
    for number, address in enumerate(addresses):
        network = "odd" if number % 2 else NET
        made.apply(change.bind(network, address, key(number), b"", seconds=9, evidence=b"", utc=UTC))
    found: list[int] = []
    while page := made.leases(found[-1] if found else -1, 2):
        assert len(page) <= 2
        found += [lease.address for lease in page]
    assert found == sorted(addresses)
    assert [lease.address for lease in made.leases(network="odd")] == sorted(addresses[1::2])


def test_counts_follow_the_clock() -> None:
    made = table(9, bind(0, 1, seconds=10), bind(1, 2), offer(2, 3), bind(3, 4))
    made.apply(change.release(held(made, 3), UTC))
    made.apply(change.spoil(NET, FIRST + 4, UTC))
    assert made.counts(UTC, 0.0) == {"bound": 2, "expired": 0, "released": 1, "declined": 1, "offered": 1}
    assert made.counts(UTC + 10, 60.0) == {"bound": 1, "expired": 1, "released": 1, "declined": 1, "offered": 0}
    made.apply(bind(0, 1, UTC + 10))
    assert made.counts(UTC + 10, 60.0)["expired"] == 0


# Offers that may not keep their address


def test_what_is_free_is_counted_as_it_is_wherever_it_lies() -> None:
    made = table(16, *(bind(number, number) for number in range(4, 16)))
    made.withhold(FIRST + 1)
    made.withhold(FIRST + 5)  # reserved, and its client has it
    made.apply(offer(3, 103))
    assert made.may_hold(NET, UTC, 0.0)
    made.apply(offer(2, 102))
    assert not made.may_hold(NET, UTC, 0.0)
    made.admit(FIRST + 1)
    assert not made.may_hold(NET, UTC, 0.0), "the same second"
    assert not made.may_hold(NET, UTC + 1, 0.0)
    made.apply(change.release(held(made, 5), UTC + 1))
    made.apply(change.release(held(made, 6), UTC + 1))
    assert made.may_hold(NET, UTC + 2, 0.0)
    made.set_pools([Span(NET, FIRST, FIRST + 3)])
    assert not made.may_hold(NET, UTC + 3, 0.0)


def test_offers_may_hold_half_of_what_is_free() -> None:
    made = table(8, bind(0, 100), bind(1, 101))
    for number in range(2, 5):
        assert made.may_hold(NET, UTC, 0.0)
        made.apply(offer(number, number))
    assert not made.may_hold(NET, UTC, 0.0)
    assert made.may_hold(NET, UTC, 60.0), "their time is over"


def test_a_withdrawn_or_taken_offer_makes_room_and_an_undone_one_too() -> None:
    made = table(4, offer(0, 1), offer(1, 2))
    assert not made.may_hold(NET, UTC, 0.0)
    made.undo(made.apply(Withdraw(NET, key(1))))
    assert not made.may_hold(NET, UTC, 0.0)
    made.apply(Withdraw(NET, key(1)))
    assert made.may_hold(NET, UTC, 0.0)
    undo = made.apply(offer(0, 3))
    assert not made.may_hold(NET, UTC, 0.0)
    made.undo(undo)
    assert made.may_hold(NET, UTC, 0.0)


def test_addresses_whose_lease_ran_out_count_as_free() -> None:
    made = table(4, *(bind(number, number, seconds=10) for number in range(4)))
    for number in range(2):
        assert made.may_hold(NET, UTC + 10, 0.0)
        made.apply(offer(number, 10 + number))
    assert not made.may_hold(NET, UTC + 10, 0.0)


def test_a_spare_address_is_the_clients_own_as_long_as_it_is_free() -> None:
    made = table(200, *(bind(number, number) for number in range(50, 150)))
    mac = (FIRST + 20).to_bytes(4, "big")
    spare = made.spare(NET, mac, UTC)
    assert spare is not None
    assert made.spare(NET, mac, UTC) == spare
    made.apply(bind(spare - FIRST, 77))
    other = made.spare(NET, mac, UTC)
    assert other not in (None, spare)
    made.withhold(other or 0)
    assert made.spare(NET, mac, UTC) not in (None, spare, other)


def test_there_is_no_spare_address_in_a_full_pool() -> None:
    made = table(300, *(bind(number, number) for number in range(300)))
    assert made.spare(NET, key(999), UTC) is None
    assert made.spare("elsewhere", key(999), UTC) is None
