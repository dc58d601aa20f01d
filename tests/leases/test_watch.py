"""What is counted of pools and circuits is what a person would count, whatever became of the leases."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.leases.change import bind, decline, free, release, renew
from ringboot.leases.span import Span
from ringboot.leases.table import Table
from ringboot.leases.watch import Watched
from ringboot.model.evidence import circuit_in, circuit_of, pack
from ringboot.model.lease import BOUND

NET, START = "phones", 1_700_000_000.0
WATCHED = Watched(((10, 12), (20, 22)), frozenset({NET}))
PORTS = (b"", b"\x01\x01a", b"\x01\x01b", b"\x02\x01a\x01\x01a")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["bind", "bind", "renew", "release", "decline", "free", "wait", "forget"]),
        st.sampled_from([10, 11, 12, 15, 20, 22]),
        st.integers(0, 3),
        st.sampled_from(PORTS),
        st.sampled_from([5, 60]),
        st.booleans(),
    ),
    max_size=40,
)


def said(port: bytes) -> bytes:
    return pack({60: b"phone", 82: port} if port else {60: b"phone"}, 7)


@settings(max_examples=150)
@given(STEPS, st.integers(0, 40))
def test_the_counts_are_true_at_any_time_also_when_changes_are_undone(steps: list[tuple], late: int) -> None:  # type: ignore[type-arg]  # as STEPS says
    table = Table()
    table.set_pools([Span(NET, 10, 12), Span(NET, 20, 22)])
    utc = START
    for number, (what, address, who, port, seconds, undone) in enumerate(steps):
        if number == late:
            table.watch(WATCHED)
        lease = table.of_address(address)
        if what == "wait":
            utc += seconds
            continue
        if what == "forget":
            table.watch(Watched((), frozenset()))
            table.watch(WATCHED)
            continue
        if what == "bind":
            mac = bytes((2, 0, 0, 0, 0, who))
            change = bind(NET, address, b"\1" + mac, mac, seconds=seconds, evidence=said(port), utc=utc)
        elif lease is None:
            continue
        elif what == "renew":
            if lease.state != BOUND or lease.expiry <= utc:
                continue
            change = renew(lease, lease.mac, seconds=seconds, evidence=lease.evidence, utc=utc)
        else:
            change = {"release": release, "decline": decline, "free": free}[what](lease, utc)
        undo = table.apply(change)
        if undone:
            table.undo(undo)
        if number >= late:
            check(table, utc)


def check(table: Table, utc: float) -> None:
    live = [lease for lease in table.leases() if lease.state == BOUND and lease.expiry > utc]
    for first, last in WATCHED.pools:
        assert table.in_pool(first, utc) == sum(first <= lease.address <= last for lease in live)
    assert table.in_pool(15, utc) == 0
    for port in PORTS[1:]:
        circuit = circuit_of({82: port}, 7)
        assert circuit is not None
        assert table.behind(NET, circuit, utc) == sum(circuit_in(lease.evidence) == circuit for lease in live)


def test_a_circuit_is_a_port_of_a_relay() -> None:
    assert circuit_of({}, 7) is None
    assert circuit_of({82: b"\x05\x04\x0a\0\0\0"}, 7) is None
    ports = [circuit_of({82: port}, relay) for port in PORTS[1:] for relay in (7, 8)]
    assert len(set(ports)) == 6
    assert circuit_of({82: b"\x01\x01a\x02\x01a"}, 7) == circuit_of({82: b"\x02\x01a\x01\x01a"}, 7)
    assert circuit_in(said(PORTS[1])) == circuit_of({82: PORTS[1]}, 7)
