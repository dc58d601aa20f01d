"""What is remembered, and what is not said twice."""

from __future__ import annotations

import sys
import threading

from ringboot.fleet.memory import Memory, Quiet
from ringboot.model.lease import BOUND, LeaseChange


def row(kind: str = "bound", address: int = 5, evidence: bytes = b"e", mac: int = 1) -> LeaseChange:
    octets = mac.to_bytes(6, "big")
    return LeaseChange(kind, BOUND, "n", address, b"\x01" + octets, octets, 0, 60, evidence, 0.0)


def test_the_same_row_is_known_another_is_not() -> None:
    memory = Memory()
    assert not memory.knows(row())
    memory.learn(row())
    assert memory.knows(row())
    assert memory.knows(row("renewed"))
    assert not memory.knows(row(evidence=b"f"))
    assert not memory.knows(row(address=6))
    assert not memory.knows(row(mac=2))


def test_of_two_addresses_the_one_bound_last_is_where_it_is() -> None:
    memory = Memory()
    memory.learn(row(address=5))
    memory.learn(row(address=6))
    assert memory.knows(row("renewed", address=5))
    assert not memory.knows(row("bound", address=5))
    memory.learn(row("renewed", address=5, evidence=b"f"))
    assert memory.knows(row("bound", address=6)), "a renewal does not move it"


def test_only_what_is_kept_lasts() -> None:
    memory = Memory()
    memory.learn(row())
    memory.drop()
    assert not memory.knows(row())
    memory.learn(row())
    memory.keep()
    memory.learn(row(address=6))
    memory.drop()
    assert memory.knows(row())


def test_a_mac_can_be_forgotten() -> None:
    memory = Memory()
    memory.learn(row())
    memory.keep()
    memory.forget("00:00:00:00:00:01")
    memory.forget(None)
    assert not memory.knows(row())
    memory.learn(row())
    memory.clear()
    assert not memory.knows(row())


def test_it_is_kept_while_another_thread_forgets() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    memory = Memory(size=10)
    done = threading.Event()

    def forget() -> None:
        while not done.is_set():
            for number in range(40):
                memory.forget(number.to_bytes(6, "big").hex(":"))

    other = threading.Thread(target=forget)
    other.start()
    try:
        for _ in range(500):
            for number in range(40):
                memory.learn(row(mac=number))
            memory.keep()
    finally:
        done.set()
        other.join()
        sys.setswitchinterval(interval)
    memory.learn(row())
    memory.keep()
    assert memory.knows(row())


def test_it_does_not_grow_without_end() -> None:
    memory = Memory(size=10)
    for mac in range(100):
        memory.learn(row(mac=mac))
        memory.keep()
    for address in range(100):
        memory.learn(row(address=address, mac=99))
    assert sum(memory.knows(row(mac=mac)) for mac in range(99)) == 9
    assert sum(memory.knows(row("renewed", address=address, mac=99)) for address in range(100)) == 4


def test_the_same_event_is_told_once_a_minute_and_thirty_of_one_host() -> None:
    quiet = Quiet()
    assert quiet.first("a", 0.0, "h")
    assert not quiet.first("a", 59.0, "h")
    assert quiet.first("a", 60.0, "h")
    assert sum(quiet.first(n, 61.0, "h") for n in range(100)) == 29
    assert quiet.first("other", 61.0, "another host")
    assert quiet.first("later", 121.0, "h")


def test_what_a_device_is_refused_after_it_was_served_is_another_attempt() -> None:
    quiet = Quiet()
    assert quiet.first("a", 0.0, "h", "d1")
    assert quiet.first("a", 0.0, "h", "d2")
    quiet.served("d1")
    assert quiet.first("a", 1.0, "h", "d1")
    assert not quiet.first("a", 2.0, "h", "d1")
    assert not quiet.first("a", 2.0, "h", "d2")
    for n in range(3, 60):
        quiet.served("d1")
        quiet.first("a", n, "h", "d1")
    quiet.served("d1")
    assert not quiet.first("a", 59.5, "h", "d1"), "thirty of one host in a minute, whatever they are"


def test_a_clock_that_was_set_back_silences_nothing() -> None:
    quiet = Quiet(most=1)
    assert quiet.first("a", 1000.0, "h")
    assert quiet.first("a", 10.0, "h")


def test_strangers_do_not_fill_the_memory() -> None:
    quiet = Quiet(size=10)
    for n in range(1000):
        assert quiet.first(n, 0.0, f"host {n}")
        quiet.served(f"device {n}")
    assert (len(quiet._told), len(quiet._hosts), len(quiet._turns)) == (10, 10, 10)
