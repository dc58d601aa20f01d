"""The share of its time that the dhcp process works."""

from __future__ import annotations

from ringboot.servers.dhcp.busy import WINDOW, Busy


def test_the_share_is_that_of_the_last_window() -> None:
    busy = Busy(100.0)
    busy.rest(1.5, owing=False)
    assert busy.share(102.0) == 0.25
    assert busy.share(103.0) == 1.0
    busy.rest(1.0, owing=False)
    assert busy.share(104.0) == 0.0


def test_a_moment_says_nothing() -> None:
    busy = Busy(5.0)
    assert busy.share(5.0 + WINDOW / 2) == 0.0
    assert busy.share(6.0) == 1.0
    busy.rest(0.75, owing=False)
    assert busy.share(6.0 + WINDOW / 2) == 1.0
    assert busy.share(7.0) == 0.25


def test_a_wait_for_the_disk_is_no_rest() -> None:
    busy = Busy(5.0)
    busy.rest(0.75, owing=True)
    busy.rest(0.25, owing=False)
    assert busy.share(6.0) == 0.75
