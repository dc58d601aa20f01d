"""Sign-ins that failed: who has to wait, who has not, and that nobody fills the memory."""

from __future__ import annotations

from ringboot.fleet.tries import MOST, OF_ADDRESS, OF_BOTH, OF_USER, SPAN, Tries

HERE, THERE = "10.0.0.1", "10.0.0.2"


def failed(tries: Tries, user: str, address: str, count: int, utc: float = 0.0) -> None:
    for _ in range(count):
        tries.tried(user, address, utc)


def test_a_user_waits_at_the_address_that_failed_and_nowhere_else() -> None:
    tries = Tries()
    failed(tries, "anna", HERE, OF_BOTH - 1)
    assert tries.wait("anna", HERE, 1.0) == 0
    failed(tries, "anna", HERE, 1)
    assert tries.wait("anna", HERE, 1.0) == SPAN - 1
    assert tries.wait("anna", THERE, 1.0) == 0
    assert tries.wait("ben", HERE, 1.0) == 0
    assert tries.wait("anna", HERE, SPAN) == 0


def test_an_address_waits_that_tries_many_names() -> None:
    tries = Tries()
    for number in range(OF_ADDRESS):
        assert tries.wait(f"user{number}", HERE, 0.0) == 0
        failed(tries, f"user{number}", HERE, 1)
    assert tries.wait("another", HERE, 0.0) == SPAN
    assert tries.wait("another", THERE, 0.0) == 0


def test_a_user_who_is_tried_from_everywhere_goes_on_where_they_were_before() -> None:
    tries = Tries()
    tries.tried("anna", HERE, 0.0)
    tries.right("anna", HERE, 0.0)
    for number in range(OF_USER):
        failed(tries, "anna", f"192.0.2.{number}", 1)
    assert tries.wait("anna", THERE, 0.0) == SPAN
    assert tries.wait("anna", HERE, 0.0) == 0


def test_the_right_password_forgives_the_slips_before_it_and_nobody_elses() -> None:
    tries = Tries()
    failed(tries, "ben", HERE, OF_BOTH)
    failed(tries, "anna", HERE, OF_BOTH - 1)
    tries.tried("anna", HERE, 5.0)
    tries.right("anna", HERE, 5.0)
    assert tries.wait("anna", HERE, 5.0) == 0
    assert tries.wait("ben", HERE, 5.0) > 0


def test_one_that_was_not_tried_after_all_does_not_count() -> None:
    tries = Tries()
    for _ in range(3 * OF_ADDRESS):
        tries.tried("anna", HERE, 0.0)
        tries.undo("anna", HERE, 0.0)
    assert tries.wait("anna", HERE, 0.0) == 0


def test_it_remembers_no_more_than_it_may() -> None:
    tries = Tries()
    for number in range(MOST):
        tries.tried(f"user{number}", f"address{number}", 0.0)
        tries.right(f"user{number}", f"address{number}", 0.0)
        tries.tried(f"other{number}", f"address{number}", 0.0)
    assert len(tries) <= 2 * MOST
