"""Lists asked through by ARP as fast as a wire bears it: in handfuls, twice, and what was heard meanwhile."""

from __future__ import annotations

import pytest

from ringboot.model.address import ip_number, ip_text
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.sweep import AT_ONCE, EVERY, MOST, Sweep

MAC, OTHER = b"\x02\0\0\0\0\1", b"\x02\0\0\0\0\2"


class Wires:
    """10.0/16 on eth0 and 10.1/16 on eth1; some hosts answer at once, some the second time."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.done: list[tuple[int, dict[str, str], str]] = []
        self.says: dict[str, Asked] = {}
        self.rate = 4000.0
        self.sweep = Sweep(self.ask, self.interface_of, lambda *told: self.done.append(told), lambda: self.rate)
        self.now = 100.0

    def ask(self, interface: str, address: int) -> Asked:
        self.asked.append((interface, address))
        return self.says.get(interface, Asked.SENT)

    @staticmethod
    def interface_of(address: int) -> str | None:
        return {10 << 8: "eth0", 10 << 8 | 1: "eth1"}.get(address >> 16)

    def walk(self) -> float:
        began = self.now
        while (due := self.sweep.due) is not None:
            self.now = max(self.now, due)
            self.sweep.step(self.now)
        return self.now - began


@pytest.fixture
def wires() -> Wires:
    return Wires()


def hundred(net: str = "10.0.0") -> list[str]:
    return [f"{net}.{n}" for n in range(100)]


def test_a_list_is_asked_twice_in_handfuls_and_then_answers_are_waited_for(wires: Wires) -> None:
    wires.sweep.begin(7, hundred(), 1.0)
    assert wires.asked == []
    took = wires.walk()
    assert wires.asked == [("eth0", ip_number(each)) for each in hundred() * 2]
    handfuls = 2 * -(-100 // int(wires.rate * EVERY))
    assert took == pytest.approx(1.0 + (handfuls - 1) * EVERY)
    assert wires.done == [(7, {}, "")]


def test_who_answers_is_told_and_not_asked_again_and_nobody_else(wires: Wires) -> None:
    wires.sweep.begin(7, ["10.0.0.1", "10.0.0.2", "10.1.0.1"], 0.5)
    wires.now += 1.0
    wires.sweep.step(wires.now)
    wires.sweep.heard("eth0", {ip_number("10.0.0.2"): {OTHER, MAC}, ip_number("10.0.0.9"): {MAC}})
    wires.sweep.heard("eth0", {ip_number("10.1.0.1"): {MAC}})  # not on its own wire
    wires.asked.clear()
    wires.walk()
    assert wires.asked == [("eth0", ip_number("10.0.0.1")), ("eth1", ip_number("10.1.0.1"))]
    assert wires.done == [(7, {"10.0.0.2": "02:00:00:00:00:01"}, "")]


def test_an_answer_that_comes_late_counts_until_the_end(wires: Wires) -> None:
    wires.sweep.begin(7, ["10.0.0.1"], 0.5)
    while not wires.done:
        wires.now = max(wires.now, wires.sweep.due or 0.0)
        if wires.now >= 100.4:  # the last moment
            wires.sweep.heard("eth0", {ip_number("10.0.0.1"): {MAC}})
        wires.sweep.step(wires.now)
    assert wires.done[0][1] == {"10.0.0.1": "02:00:00:00:00:01"}


def test_where_nobody_can_be_asked_it_says_so_once_and_goes_on_elsewhere(wires: Wires) -> None:
    wires.says = {"eth0": Asked.CANNOT_ASK}
    wires.sweep.begin(7, [*hundred(), "10.1.0.1", "192.0.2.1", "nowhere"], 0.2)
    wires.walk()
    ((_, hits, cannot),) = wires.done
    assert hits == {}
    assert "eth0: the right to raw sockets (CAP_NET_RAW) is missing" in cannot
    assert "192.0.2.1 lies on no wire of ours" in cannot
    assert "'nowhere' is not an IPv4 address" in cannot
    assert [each for each in wires.asked if each[0] == "eth0"] == [("eth0", ip_number("10.0.0.0"))]
    assert wires.asked.count(("eth1", ip_number("10.1.0.1"))) == 2


def test_lists_come_one_after_the_other_and_too_much_is_refused_at_once(wires: Wires) -> None:
    wires.sweep.begin(1, [ip_text(ip_number("10.0.0.0") + n) for n in range(MOST + 1)], 1.0)
    assert "at once" in wires.done.pop()[2]
    for ident in range(AT_ONCE + 1):
        wires.sweep.begin(ident, ["10.0.0.1"], 60.0)
    assert wires.done == [(AT_ONCE, {}, f"more than {MOST} addresses at once, or {AT_ONCE} lists")]
    assert wires.walk() < AT_ONCE * 10.5  # and nobody waits for a minute
    assert [ident for ident, _, _ in wires.done[1:]] == list(range(AT_ONCE))


@pytest.mark.parametrize(("rate", "seconds"), [(10.0, 19.9), (400.0, 0.49), (20_000.0, 0.01)])
def test_a_wire_is_asked_no_faster_than_the_site_says(wires: Wires, rate: float, seconds: float) -> None:
    wires.rate = rate
    wires.sweep.begin(7, hundred(), 0.0)
    assert wires.walk() == pytest.approx(seconds, abs=EVERY)
    assert len(wires.asked) == 200
