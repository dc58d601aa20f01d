from __future__ import annotations

from collections.abc import Callable

from ringboot.answer.decision import WHO_HAS, Question
from ringboot.answer.query import Query
from ringboot.dhcp.message import DECLINE, DISCOVER
from ringboot.servers.dhcp.parking import HEARD, Parking

MakeQuery = Callable[..., Query]


def mac(number: int) -> bytes:
    return number.to_bytes(6, "big")


def ask(address: int) -> Question:
    return Question("address-free", "eth0", address)


def park(parking: Parking, query: Query, address: int, deadline: float = 1.0, repeat: float = 0.5) -> bool:
    return parking.park(query, ask(address), {}, deadline=deadline, repeat=repeat)


def test_an_answer_wakes_those_who_wait_for_it_and_nobody_else(query: MakeQuery) -> None:
    parking = Parking()
    one, two, other = (query(DISCOVER, mac(n)) for n in (1, 2, 3))
    park(parking, one, 10)
    park(parking, two, 10)
    park(parking, other, 11)

    ready = parking.answered(ask(10), False)

    assert [each.query for each in ready] == [one, two]
    assert all(each.answers == {ask(10): False} for each in ready)
    assert len(parking) == 1
    assert parking.is_asked(ask(11))
    assert not parking.is_asked(ask(10))


def test_a_newer_message_of_the_client_takes_the_place_and_the_question_stays_asked(query: MakeQuery) -> None:
    parking = Parking()
    old, new = query(DISCOVER, mac(1)), query(DISCOVER, mac(1))
    park(parking, old, 10, deadline=1.0)

    taken = parking.take(new)
    assert taken is not None
    assert taken.query is old
    assert parking.is_asked(ask(10))
    park(parking, new, 10, deadline=2.0)

    assert parking.over(1.0) == [ask(10)], "the first deadline holds, or a client that repeats itself never gets on"
    assert [each.query for each in parking.answered(ask(10), True)] == [new]


def test_one_that_was_superseded_by_another_question_is_not_woken_by_the_first(query: MakeQuery) -> None:
    parking = Parking()
    park(parking, query(DISCOVER, mac(1)), 10)
    new = query(DISCOVER, mac(1))
    parking.take(new)
    park(parking, new, 11)

    assert parking.answered(ask(10), True) == []
    assert [each.query for each in parking.answered(ask(11), True)] == [new]


def test_beyond_its_room_nothing_is_parked(query: MakeQuery) -> None:
    parking = Parking(room=2)

    assert [park(parking, query(DISCOVER, mac(n)), n) for n in range(3)] == [True, True, False]
    assert len(parking) == 2


def test_it_says_when_it_is_due(query: MakeQuery) -> None:
    parking = Parking()
    assert [parking.due] == [None]
    park(parking, query(DISCOVER, mac(1)), 10, deadline=1.0, repeat=0.5)
    park(parking, query(DISCOVER, mac(2)), 11, deadline=1.2, repeat=0.7)

    assert parking.due == 0.5
    assert parking.to_repeat(0.4) == []
    assert parking.to_repeat(0.6) == [ask(10)]
    assert parking.to_repeat(0.6) == [], "a question is repeated once"
    assert parking.due == 0.7
    parking.answered(ask(11), False)
    assert parking.to_repeat(9.0) == [], "what was answered is not repeated"
    assert parking.due == 1.0
    assert parking.over(0.99) == []
    assert parking.over(1.0) == [ask(10)]


def test_a_decline_is_superseded_by_another_only_and_what_waits_with_it_is_woken_behind_it(query: MakeQuery) -> None:
    parking = Parking()
    declined, started = query(DECLINE, mac(1)), query(DISCOVER, mac(1))
    asked = Question(WHO_HAS, "eth0", 10)
    parking.park(declined, asked, {}, deadline=1.0, repeat=0.5)

    assert parking.take(started) is None
    assert parking.ending(query(DISCOVER, mac(2))) is None
    assert parking.ending(started) == asked
    parking.park(started, asked, {}, deadline=9.0, repeat=9.0)

    assert parking.over(1.0) == [asked]
    assert [each.query for each in parking.answered(asked, frozenset())] == [declined, started]
    assert parking.ending(started) is None


def test_of_those_who_answer_only_so_many_are_remembered(query: MakeQuery) -> None:
    parking = Parking()
    asked = Question(WHO_HAS, "eth0", 10)
    parking.hear(asked, [mac(1)])
    parking.park(query(DECLINE, mac(1)), asked, {}, deadline=1.0, repeat=0.5)
    assert parking.heard(asked) == frozenset(), "nobody had been asked then"
    parking.hear(asked, map(mac, range(100)))
    assert parking.heard(asked) == frozenset(map(mac, range(HEARD)))
