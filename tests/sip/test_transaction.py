"""The timers of a transaction, by a clock that we move."""

from __future__ import annotations

import pytest

from ringboot.sip import transaction
from ringboot.sip.transaction import COMPLETED, FINAL, NEVER, PROCEEDING, SEND, TERMINATED, TIMEOUT, Timers


def sendings(*, provisional_at: float = NEVER) -> list[float]:
    """Run one that nobody answers at last; gives when it was sent again, and when it was given up."""
    at, moments = transaction.begin(0.0, reliable=False), []
    while at.state != TERMINATED:
        if provisional_at < at.due:
            at, _ = transaction.hear(at, 100, provisional_at)
            provisional_at = NEVER
        now = at.due
        at, what = transaction.tick(at, now)
        assert what == (TIMEOUT if at.state == TERMINATED else SEND)
        moments.append(now)
    return moments


def test_over_udp_it_is_sent_again_ever_slower_and_given_up_after_64_round_trips() -> None:
    assert sendings() == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5, 32.0]


def test_who_said_that_it_is_at_work_is_reminded_every_four_seconds() -> None:
    assert sendings(provisional_at=0.6) == [0.5, 1.5, 5.5, 9.5, 13.5, 17.5, 21.5, 25.5, 29.5, 32.0]


def test_over_a_reliable_transport_nothing_is_sent_again() -> None:
    at = transaction.begin(10.0, reliable=True, timers=Timers(t1=0.1))
    assert at.again == NEVER
    assert at.due == pytest.approx(16.4)
    assert transaction.tick(at, 16.3) == (at, None)
    over, what = transaction.tick(at, 16.4)
    assert (over.state, what) == (TERMINATED, TIMEOUT)
    ended, what = transaction.hear(at, 200, 11.0)
    assert (ended.state, ended.due, what) == (COMPLETED, 11.0, FINAL)


def test_a_final_response_counts_once_and_is_outlived_by_five_seconds() -> None:
    at, what = transaction.hear(transaction.begin(0.0, reliable=False), 180, 0.2)
    assert (at.state, what) == (PROCEEDING, None)
    at, what = transaction.hear(at, 401, 0.3)
    assert (at.state, what, at.due) == (COMPLETED, FINAL, 5.3)
    assert transaction.hear(at, 200, 0.4) == (at, None)
    assert transaction.tick(at, 1.0) == (at, None)
    at, what = transaction.tick(at, 5.3)
    assert (at.state, what, at.due) == (TERMINATED, None, NEVER)
    assert transaction.tick(at, 99.0) == (at, None)
    assert transaction.hear(at, 200, 99.0) == (at, None)
