"""Two clocks: a jump between them is noticed, a slow drift and the time that a machine sleeps are not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringboot.host.start import Start
from ringboot.leases.table import Table
from ringboot.servers.dhcp.clock import Clock
from ringboot.servers.dhcp.loop import Loop
from ringboot.store.journal import Journal


class Hands:
    """Both clocks of the machine, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.utc, self.steady = 1_700_000_000.0, 500.0
        monkeypatch.setattr(time, "time", lambda: self.utc)
        monkeypatch.setattr(time, "clock_gettime", self._gettime)

    def _gettime(self, which: int) -> float:
        assert which == time.CLOCK_BOOTTIME, "the one that also runs while the machine sleeps"
        return self.steady

    def move(self, steady: float, jump: float = 0.0) -> None:
        """Let time pass, and set the wall clock forward or back."""
        self.steady += steady
        self.utc += steady + jump


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def test_now_has_both_faces(hands: Hands) -> None:
    assert Clock().now() == (hands.utc, hands.steady)


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 2.5])
def test_a_jump_is_noticed_once(hands: Hands, seconds: float) -> None:
    clock = Clock()
    hands.move(1.0, seconds)
    assert clock.jumped() == pytest.approx(seconds)
    hands.move(1.0)
    assert clock.jumped() is None


def test_what_is_no_jump(hands: Hands) -> None:
    clock = Clock()
    for _ in range(100):
        hands.move(1.0, 0.0005)  # as fast as a clock is ever slewed (500 ppm)
        assert clock.jumped() is None
    hands.move(8 * 3600.0)  # the lid was shut
    assert clock.jumped() is None


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    made = Loop(Start(data=str(tmp_path)), Journal.open(tmp_path / "leases"), Table())
    yield made
    made.close()


def test_the_daemon_hears_of_a_jump(loop: Loop, hands: Hands) -> None:
    loop._clock = Clock()  # it looks at these hands from now on
    hands.move(3.0, -7200.0)
    loop.turn()
    (row,) = loop._door.hints.take(hands.steady)
    assert (row["reason"], row["detail"], row["utc"]) == ("clock-jumped", {"seconds": -7200}, hands.utc)
