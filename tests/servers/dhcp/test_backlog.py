"""Messages that wait for their turn: nobody takes the share of another, and memory is bounded."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from ringboot import reasons
from ringboot.answer.query import Query
from ringboot.dhcp.message import DISCOVER, REQUEST, Message
from ringboot.servers.dhcp.backlog import PATIENCE, SHARE, Backlog, Shed, flow_of, is_spread

MakeQuery = Callable[..., Query]
A, B, C = (b"\x02\0\0\0\0" + bytes((n,)) for n in range(3))


def names(queries: list[Query]) -> str:
    return "".join({A: "a", B: "b", C: "c"}[query.message.chaddr] for query in queries)


def test_the_circuits_take_turns_and_each_keeps_its_order(query: MakeQuery) -> None:
    backlog = Backlog(100)
    for who in (A, A, A, B, A, C, B):
        assert backlog.put(query(DISCOVER, who), 0.0) is None

    assert (names(backlog.take(4, 0.0)[0]), names(backlog.take(9, 0.0)[0])) == ("abca", "baa")
    assert (len(backlog), backlog.take(1, 0.0)) == (0, ([], []))


def test_a_circuit_has_a_share_and_bears_the_rest_itself(query: MakeQuery) -> None:
    backlog = Backlog(1000)
    mine = query(DISCOVER, B)
    backlog.put(mine, 0.0)
    flood = [query(DISCOVER, A) for _ in range(SHARE + 3)]

    shed = [backlog.put(each, 0.0) for each in flood]

    assert shed == [None] * SHARE + [Shed(flood[n], reasons.OVER_SHARE) for n in range(3)]
    assert backlog.take(1, 0.0) == ([mine], [])


def test_without_room_whoever_has_several_bears_it_else_the_oldest(query: MakeQuery) -> None:
    backlog = Backlog(3)
    first, one, more, fourth, fifth = (query(DISCOVER, who) for who in (C, A, A, B, b"\x02more"))
    assert [backlog.put(each, 0.0) for each in (first, one, more)] == [None] * 3

    assert backlog.put(fourth, 0.0) == Shed(one, reasons.OVERLOADED)
    assert backlog.put(fifth, 0.0) == Shed(first, reasons.OVERLOADED)
    assert len(backlog) == 3


def test_it_is_crowded_when_there_is_no_room_though_nobody_has_a_second_message_there(query: MakeQuery) -> None:
    backlog = Backlog(2)
    for who in (A, A, B):
        backlog.put(query(DISCOVER, who), 0.0)
    assert backlog.crowded == 0, "that was the second of A"
    backlog.put(query(DISCOVER, C), 0.0)
    assert backlog.crowded == 1


def test_a_message_that_is_sent_again_takes_its_own_place(query: MakeQuery) -> None:
    backlog = Backlog(10)
    first, other = query(DISCOVER, A), query(DISCOVER, B)
    again = query(DISCOVER, A, xid=first.message.xid)
    for each in (first, other):
        backlog.put(each, 0.0)

    assert backlog.put(again, 3.0) == Shed(first, reasons.SUPERSEDED)
    assert backlog.put(query(DISCOVER, A), 3.0) is None, "another transaction"
    assert backlog.put(query(REQUEST, A, xid=first.message.xid), 3.0) is None, "another kind"
    turn, late = backlog.take(2, 5.0)
    assert (turn[0], names([shed.query for shed in late])) == (again, "b")


def test_what_waits_longer_than_clients_do_is_given_back_as_late(query: MakeQuery) -> None:
    backlog = Backlog(10)
    old, young = query(DISCOVER, A), query(DISCOVER, B)
    backlog.put(old, 0.0)
    backlog.put(young, 1.0)

    assert backlog.take(1, PATIENCE + 0.5) == ([young], [Shed(old, reasons.GAVE_UP)])


def test_a_flow_is_the_port_of_a_relay_else_a_client(query: MakeQuery) -> None:
    def flow(who: bytes, giaddr: str = "10.0.0.9", agent: bytes | None = None) -> tuple[int, bytes]:
        return flow_of(query(DISCOVER, who, giaddr=giaddr, options={} if agent is None else {82: agent}))

    port = b"\x01\x02ge"
    assert flow(A, agent=port) == flow(B, agent=port) == flow(A, agent=port + b"\x05\x04\x0a\0\0\1")
    assert flow(A, agent=port) != flow(A, agent=port + b"\x02\x01x")
    assert flow(A, agent=port) != flow(A, "10.0.0.8", port)
    assert flow(A, agent=b"\x01\x01a") != flow(A, agent=b"\x02\x01a")
    assert flow(A) != flow(B), "a whole site may lie behind a relay"
    assert flow(A) == flow(A, agent=b"\x05\x04\x0a\0\0\1") == flow(A, "0.0.0.0", port), "no port is told, or by nobody"
    assert flow_of(query(DISCOVER, b"")._replace(peer=1)) != flow_of(query(DISCOVER, b"")._replace(peer=2))


def test_messages_are_spread_when_most_come_from_different_clients(query: MakeQuery) -> None:
    assert is_spread([])
    assert is_spread([query(DISCOVER, who) for who in (A, A, B, C)])
    assert not is_spread([query(DISCOVER, who) for who in (A, A, A, A, B)])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=200), st.integers(1, 40))
def test_every_message_comes_out_once_and_never_more_wait_than_there_is_room(
    steps: list[tuple[int, bool]], room: int
) -> None:
    backlog, put, out = Backlog(room), 0, 0
    for number, (who, takes) in enumerate(steps):
        message = Message(
            1, 1, 1, 0, number.to_bytes(4, "big"), 0, 0, 0, 0, 0, 0, bytes((who,)), b"", b"", {53: b"\x01"}
        )
        put += 1
        out += backlog.put(Query(message, "eth0", (1,), 0, 68, False), 0.0) is not None
        if takes:
            out += len(backlog.take(2, 0.0)[0])
        assert len(backlog) == put - out <= room
    assert len(backlog.take(1000, 0.0)[0]) == put - out
    assert len(backlog) == 0


def test_memory_is_bounded_however_many_names_a_flood_uses(query: MakeQuery) -> None:
    backlog = Backlog(64)
    template = query(DISCOVER, A)
    for number in range(5_000):
        message = template.message._replace(
            chaddr=number.to_bytes(6, "big"), xid=number.to_bytes(4, "big"), giaddr=9,
            options={53: b"\x01", 82: b"\x01\x04" + number.to_bytes(4, "big")},
        )  # fmt: skip
        backlog.put(template._replace(message=message), 0.0)
    assert len(backlog) == 64
    assert len(backlog._flows) == 64
