from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.servers.dhcp.around import Hand, Outbox

from ringboot import reasons
from ringboot.answer.decide import decide
from ringboot.answer.decision import BROADCAST, FAR, FRAME, To
from ringboot.answer.facts import Facts
from ringboot.answer.query import Query
from ringboot.dhcp.message import (
    ACK,
    DECLINE,
    DISCOVER,
    INFORM,
    LEASEQUERY,
    LEASEUNKNOWN,
    OFFER,
    RELEASE,
    REQUEST,
)
from ringboot.leases.change import release
from ringboot.leases.table import Table
from ringboot.model.address import ip_number, ip_text, ip_wire
from ringboot.model.site import Block, Site
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.backlog import SHARE
from ringboot.servers.dhcp.door import Door
from ringboot.servers.dhcp.port import Arrivals
from ringboot.servers.dhcp.scan import Stretch
from ringboot.servers.dhcp.turns import DISCOVERS_A_TURN, KEPT, OTHERS_A_TURN
from ringboot.store.journal import Journal, JournalFailed

MakeQuery = Callable[..., Query]
SERVER = ip_wire(ip_number("10.0.0.1"))


def mac(number: int) -> bytes:
    return b"\x00\x08\x5d" + number.to_bytes(3, "big")


def by_somebody(*addresses: int) -> dict[int, set[bytes]]:
    """Say that addresses are used by machines that we do not know."""
    return {address: {mac(0xBAD)} for address in addresses}


class Wire:
    """A prober that asks nobody, and says what it was told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.says = Asked.SENT

    def ask(self, interface: str, address: int) -> Asked:
        self.asked.append(f"{ip_text(address)} on {interface}")
        return self.says


class Bench:
    """A door with real facts, table and journal, and what is around it."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.journal = Journal.open(folder)
        self.table = Table()
        self.out = Outbox()
        self.wire = Wire()
        self.clock = Hand()
        self.door = Door(Facts(site, self.table), self.journal, {"eth0": self.out}, self.wire, clock=self.clock)

    def come(self, *queries: Query, more: bool = False) -> list[tuple[int, str]]:
        arrivals = Arrivals()
        for query in queries:
            arrivals.kinds[query.message.kind] += 1
            if query.message.kind == DISCOVER:
                arrivals.later.append(query)
            elif query.message.kind == REQUEST and query.message.ciaddr:
                arrivals.renewals.append(query)
            else:
                arrivals.middle.append(query)
        self.door.work(arrivals, more=more)
        return self.out.take()

    def wait(self, seconds: float) -> list[tuple[int, str]]:
        self.clock.at += seconds
        self.door.work(Arrivals(), more=False)
        return self.out.take()

    def rows(self) -> list[tuple[str, str]]:
        return [(change.kind, ip_text(change.address)) for change in self.journal.load()]

    def why(self, who: bytes) -> list[str]:
        return [row["reason"] for row in self.door.outcomes.of(who)]


@pytest.fixture
def quiet(site: Site) -> Site:
    """Give the site without probes."""
    return replace(site, probe=False)


@pytest.fixture
def bench(tmp_path: Path, quiet: Site) -> Iterator[Bench]:
    made = Bench(tmp_path, quiet)
    yield made
    made.journal.close()


@pytest.fixture
def probing(tmp_path: Path, site: Site) -> Iterator[Bench]:
    made = Bench(tmp_path, site)
    yield made
    made.journal.close()


def selecting(query: MakeQuery, who: bytes, address: str) -> Query:
    return query(REQUEST, who, options={50: ip_wire(ip_number(address)), 54: SERVER})


def test_a_client_is_offered_an_address_and_gets_it(bench: Bench, query: MakeQuery) -> None:
    assert bench.come(query(DISCOVER, mac(1))) == [(OFFER, "10.0.0.10")]
    assert bench.rows() == [], "an offer is kept in memory only"
    assert bench.come(selecting(query, mac(1), "10.0.0.10")) == [(ACK, "10.0.0.10")]

    assert bench.rows() == [("bound", "10.0.0.10")]
    assert bench.why(mac(1)) == ["acknowledged", "offered"]


def test_the_lease_is_on_disk_when_the_ack_leaves(bench: Bench, query: MakeQuery) -> None:
    seen: list[list[tuple[str, str]]] = []
    send = bench.out.send

    def look_first(data: bytes, to: To, pxe: bool = False) -> bool:
        with closing(Journal.open(bench.folder)) as other:
            seen.append([(change.kind, ip_text(change.address)) for change in other.load()])
        return send(data, to, pxe)

    bench.come(query(DISCOVER, mac(1)))
    bench.out.send = look_first  # type: ignore[method-assign]  # looks at the disk at the moment of sending
    bench.come(selecting(query, mac(1), "10.0.0.10"))

    assert seen == [[("bound", "10.0.0.10")]]


def test_a_whole_batch_is_one_transaction(bench: Bench, query: MakeQuery) -> None:
    offers = bench.come(*(query(DISCOVER, mac(n)) for n in range(8)))
    commits = bench.door.counters.commits

    acks = bench.come(*(selecting(query, mac(n), address) for n, (_, address) in enumerate(offers)))

    assert [kind for kind, _ in acks] == [ACK] * 8
    assert len({address for _, address in acks}) == 8
    assert bench.door.counters.commits == commits + 1


def test_renewals_are_answered_first_and_offers_need_not_wait_for_the_disk(bench: Bench, query: MakeQuery) -> None:
    bench.come(query(DISCOVER, mac(1)))
    bench.come(selecting(query, mac(1), "10.0.0.10"))
    bench.come(query(DISCOVER, mac(2)))
    renew = query(REQUEST, mac(1), ciaddr=ip_number("10.0.0.10"), unicast=True)

    answers = bench.come(query(DISCOVER, mac(3)), selecting(query, mac(2), "10.0.0.11"), renew)

    assert answers == [(OFFER, "10.0.0.12"), (ACK, "10.0.0.10"), (ACK, "10.0.0.11")]


def test_a_later_message_of_a_batch_sees_the_lease_of_an_earlier_one(bench: Bench, query: MakeQuery) -> None:
    for n in range(10):
        bench.come(query(DISCOVER, mac(n)))
        bench.come(selecting(query, mac(n), ip_text(ip_number("10.0.0.10") + n)))
    giving_up = query(RELEASE, mac(4), ciaddr=ip_number("10.0.0.14"), options={54: SERVER})

    assert bench.come(query(DISCOVER, mac(77))) == []
    assert bench.come(query(DISCOVER, mac(77)), giving_up) == [(OFFER, "10.0.0.14")]


def test_a_journal_that_cannot_be_written_undoes_the_batch_and_nothing_of_it_is_sent(
    bench: Bench, query: MakeQuery
) -> None:
    bench.come(query(DISCOVER, mac(1)))
    bench.come(selecting(query, mac(1), "10.0.0.10"))
    bench.come(query(DISCOVER, mac(2)))
    bench.come(query(DISCOVER, mac(3)))
    before = (bench.table.leases(), bench.table.counts(bench.clock.now().utc))
    giving_up = query(RELEASE, mac(1), ciaddr=ip_number("10.0.0.10"), options={54: SERVER})

    with closing(sqlite3.connect(bench.folder / "00000001.journal", isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")  # as a disk that is full: every write fails
        answers = bench.come(
            giving_up,
            selecting(query, mac(2), "10.0.0.11"),
            selecting(query, mac(3), "10.0.0.12"),
            query(DISCOVER, mac(4)),
        )

        assert answers == []
        assert (bench.table.leases(), bench.table.counts(bench.clock.now().utc)) == before
        assert bench.why(mac(2)) == ["journal-failed", "offered"]
        assert bench.door.counters.failures == 1
        blocker.execute("ROLLBACK")

    assert bench.come(selecting(query, mac(2), "10.0.0.11")) == [(ACK, "10.0.0.11")], "the next batch tries again"
    assert bench.rows() == [("bound", "10.0.0.10"), ("bound", "10.0.0.11")]


def test_a_change_by_order_is_undone_too(bench: Bench, query: MakeQuery) -> None:
    bench.come(query(DISCOVER, mac(1)))
    bench.come(selecting(query, mac(1), "10.0.0.10"))
    lease = bench.table.of_address(ip_number("10.0.0.10"))
    assert lease is not None

    with closing(sqlite3.connect(bench.folder / "00000001.journal", isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFailed):
            bench.door.change(release(lease, bench.clock.now().utc))
        blocker.execute("ROLLBACK")

    assert bench.table.of_address(ip_number("10.0.0.10")) == lease


def test_a_fault_in_deciding_costs_one_message_only(
    bench: Bench, query: MakeQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(asked: Query, *rest: Any) -> Any:
        if asked.message.chaddr == mac(1):
            raise IndexError("list index out of range")
        return decide(asked, *rest)

    monkeypatch.setattr("ringboot.servers.dhcp.door.decide", faulty)

    assert bench.come(query(DISCOVER, mac(1)), query(DISCOVER, mac(2))) == [(OFFER, "10.0.0.10")]
    (row,) = bench.door.outcomes.of(mac(1))
    assert row["reason"] == "not-decided"
    assert row["detail"] == {"why": "IndexError: list index out of range"}


def test_what_the_system_refuses_to_send_is_counted(bench: Bench, query: MakeQuery) -> None:
    bench.out.works = False
    bench.come(query(DISCOVER, mac(1)))
    assert bench.door.counters.send_failures == 1


def test_refusals_carry_their_detail(bench: Bench, query: MakeQuery) -> None:
    assert bench.come(query(DISCOVER, mac(1), giaddr="192.168.9.1")) == []
    other = query(REQUEST, mac(1), options={50: ip_wire(ip_number("10.0.0.10")), 54: bytes((10, 0, 0, 66))})
    assert bench.come(other) == []
    inform = query(INFORM, mac(1), ciaddr=ip_number("10.0.0.9"))
    bench.come(inform)

    informed, chosen, nowhere = bench.door.outcomes.of(mac(1))
    assert (nowhere["reason"], nowhere["detail"]) == ("no-network", {"where": "relay 192.168.9.1"})
    assert (chosen["reason"], chosen["detail"]["server"]) == ("other-server-chosen", "10.0.0.66")
    assert (informed["reason"], informed["detail"]["address"]) == ("informed", "10.0.0.9")


def test_what_changed_no_lease_is_a_hint_and_what_did_is_none(bench: Bench, query: MakeQuery) -> None:
    bench.come(query(DISCOVER, mac(1)), query(DISCOVER, mac(2)))
    bench.come(selecting(query, mac(1), "10.0.0.10"))

    hints = bench.door.hints.take(bench.clock.at + 5)

    assert [(row["mac"], row["reason"]) for row in hints] == [("00:08:5d:00:00:02", "offered")]


# More than can be answered


def test_who_asks_about_a_lease_is_counted_and_not_taken_for_its_client(bench: Bench, query: MakeQuery) -> None:
    bench.door.facts.replace_site(replace(bench.door.facts.site, leasequery=(Block(0x0A000000, 0x0A0000FF),)))
    bench.come(query(DISCOVER, mac(1)))
    before = bench.why(mac(1))
    (asked,) = [query(LEASEQUERY, mac(1), giaddr="10.0.0.9")._replace(peer=ip_number("10.0.0.9"))]
    assert bench.come(asked) == [(LEASEUNKNOWN, "0.0.0.0")]
    assert bench.door.counters.outcomes["lease-unknown"] == 1
    assert bench.why(mac(1)) == before
    assert [row["message"] for row in bench.door.hints.take(bench.clock.at + 100)] == ["DISCOVER"]


def test_under_overload_discovers_wait_and_requests_do_not(bench: Bench, query: MakeQuery) -> None:
    bench.come(query(DISCOVER, mac(1)))
    crowd = [query(DISCOVER, mac(100 + n), giaddr="192.168.9.1") for n in range(200)]

    answers = bench.come(*crowd, selecting(query, mac(1), "10.0.0.10"), more=True)

    assert answers == [(ACK, "10.0.0.10")]
    assert [bench.door.has_waiting] == [True]
    assert sum(bool(bench.why(mac(100 + n))) for n in range(200)) == DISCOVERS_A_TURN
    turns = 0
    while bench.door.has_waiting:
        bench.come()
        turns += 1
        assert turns < 10
    assert all(bench.why(mac(100 + n)) == ["no-network"] for n in range(200))


def test_the_oldest_discovers_are_the_ones_left_out(bench: Bench, query: MakeQuery) -> None:
    crowd = [query(DISCOVER, mac(100 + n), giaddr="192.168.9.1") for n in range(KEPT + 30)]

    bench.come(*crowd, more=True)

    left_out = [n for n in range(len(crowd)) if bench.why(mac(100 + n)) == [reasons.OVERLOADED.id]]
    assert left_out == list(range(30))


def bind_some(bench: Bench, query: MakeQuery, count: int) -> list[Query]:
    """Give so many clients a lease, and the renewal of each."""
    for n in range(count):
        bench.come(query(DISCOVER, mac(n)))
        bench.come(selecting(query, mac(n), ip_text(ip_number("10.0.0.10") + n)))
    return [query(REQUEST, mac(n), ciaddr=ip_number("10.0.0.10") + n, unicast=True) for n in range(count)]


def test_a_flood_in_one_clients_name_does_not_keep_its_renewal_or_anothers_from_an_answer(
    bench: Bench, query: MakeQuery
) -> None:
    own, other = bind_some(bench, query, 2)
    forged = [query(REQUEST, mac(0), ciaddr=ip_number("10.0.0.10"), unicast=True) for _ in range(500)]
    bench.out.take()

    bench.come(*forged, own, other, more=True)

    answered = [message.xid for message, _ in bench.out.last]
    assert {own.message.xid, other.message.xid} <= set(answered)
    assert len(answered) == SHARE + 1
    assert bench.door.counters.outcomes[reasons.OVER_SHARE.id] == 501 - SHARE


def test_renewals_of_what_nobody_has_do_not_go_before_real_ones(bench: Bench, query: MakeQuery) -> None:
    (own,) = bind_some(bench, query, 1)
    forged = [query(REQUEST, mac(100 + n), ciaddr=ip_number("10.0.0.10"), unicast=True) for n in range(400)]

    answers = bench.come(*forged, own, more=True)

    assert answers[0] == (ACK, "10.0.0.10")
    assert sum("nak-not-yours" in bench.why(mac(100 + n)) for n in range(400)) == OTHERS_A_TURN


def test_one_port_of_a_relay_that_asks_in_many_names_has_one_share(bench: Bench, query: MakeQuery) -> None:
    """A site behind one relay: the flood of a port, and one DISCOVER of every other port."""
    port = [{82: b"\x01\x02" + n.to_bytes(2, "big")} for n in range(40)]
    flood = [query(DISCOVER, mac(1000 + n), giaddr="192.168.9.1", options=port[0]) for n in range(900)]
    real = [query(DISCOVER, mac(n), giaddr="192.168.9.1", options=port[n]) for n in range(1, 40)]

    bench.come(*flood, *real, more=True)

    assert all(bench.why(mac(n)) == ["no-network"] for n in range(1, 40))
    assert sum("over-share" in bench.why(mac(1000 + n)) for n in range(900)) == 900 - SHARE


def test_a_message_that_was_sent_again_is_answered_once(bench: Bench, query: MakeQuery) -> None:
    first = query(DISCOVER, mac(1))
    crowd = [query(DISCOVER, mac(100 + n), giaddr="192.168.9.1") for n in range(10)]

    answers = bench.come(*crowd, *[first] * 20, more=True)

    assert answers == [(OFFER, "10.0.0.10")]
    assert bench.why(mac(1)) == ["offered", *["superseded"] * 7]


def test_what_waited_longer_than_its_client_does_is_left_out(bench: Bench, query: MakeQuery) -> None:
    crowd = [query(DISCOVER, mac(100 + n), giaddr="192.168.9.1") for n in range(DISCOVERS_A_TURN + 5)]
    bench.come(*crowd, more=True)

    bench.wait(4.5)

    late = [n for n in range(len(crowd)) if bench.why(mac(100 + n)) == [reasons.GAVE_UP.id]]
    assert late == list(range(DISCOVERS_A_TURN, DISCOVERS_A_TURN + 5))


def test_what_the_socket_held_for_too_long_is_counted_and_left_out(bench: Bench, query: MakeQuery) -> None:
    arrivals = Arrivals()
    arrivals.late.append(query(DISCOVER, mac(1)))
    assert len(arrivals) == 1
    bench.door.work(arrivals, more=False)
    assert bench.why(mac(1)) == [reasons.GAVE_UP.id]


# Questions


def test_a_new_address_is_asked_about_and_offered_when_nobody_answers(probing: Bench, query: MakeQuery) -> None:
    assert probing.come(query(DISCOVER, mac(1))) == []
    assert probing.wire.asked == ["10.0.0.10 on eth0"]
    assert probing.wait(0.2) == []
    assert probing.wait(0.11) == [(OFFER, "10.0.0.10")]
    assert probing.come(selecting(query, mac(1), "10.0.0.10")) == [(ACK, "10.0.0.10")]
    assert len(probing.wire.asked) == 1


def test_the_probe_is_sent_twice(probing: Bench, query: MakeQuery) -> None:
    probing.come(query(DISCOVER, mac(1)))
    probing.clock.at += 0.16
    probing.door.ask_again()
    probing.door.ask_again()
    assert probing.wire.asked == ["10.0.0.10 on eth0"] * 2


def test_an_address_that_answers_is_quarantined_and_another_is_tried(probing: Bench, query: MakeQuery) -> None:
    probing.come(query(DISCOVER, mac(1)))
    probing.door.heard("eth0", by_somebody(ip_number("10.0.0.10"), ip_number("10.0.0.99")))

    assert probing.out.take() == []
    assert probing.rows() == [("declined", "10.0.0.10")]
    assert probing.wire.asked == ["10.0.0.10 on eth0", "10.0.0.11 on eth0"]
    assert probing.wait(0.31) == [(OFFER, "10.0.0.11")]
    assert probing.why(mac(1)) == ["offered", "address-in-use"]


def test_arp_on_another_interface_says_nothing(probing: Bench, query: MakeQuery) -> None:
    probing.come(query(DISCOVER, mac(1)))
    probing.door.heard("eth1", by_somebody(ip_number("10.0.0.10")))
    assert probing.rows() == []
    assert probing.wait(0.31) == [(OFFER, "10.0.0.10")]


def test_behind_a_relay_it_is_asked_far_away_and_arp_says_nothing_of_it(probing: Bench, query: MakeQuery) -> None:
    assert probing.come(query(DISCOVER, mac(1), giaddr="10.0.0.9")) == []
    assert probing.wire.asked == ["10.0.0.10 on "]
    probing.door.heard("eth0", by_somebody(ip_number("10.0.0.10")))
    assert probing.rows() == []

    probing.door.heard(FAR, by_somebody(ip_number("10.0.0.10"), ip_number("10.0.0.15")))

    assert probing.rows() == [("declined", "10.0.0.10")], "10.0.0.15 was not asked about"
    assert probing.wait(0.31) == [(OFFER, "10.0.0.11")]
    assert probing.why(mac(1)) == ["offered", "address-answers"]
    probing.door.heard(FAR, by_somebody(ip_number("10.0.0.11")))
    assert len(probing.rows()) == 1, "too late: it is offered"


def test_without_the_right_to_ask_far_away_it_is_offered_and_that_is_said_once(
    probing: Bench, query: MakeQuery
) -> None:
    probing.wire.says = Asked.CANNOT_ASK
    assert probing.come(query(DISCOVER, mac(1), giaddr="10.0.0.9")) == [(OFFER, "10.0.0.10")]
    probing.clock.at += 3600
    assert probing.come(query(DISCOVER, mac(2), giaddr="10.0.0.9")) == [(OFFER, "10.0.0.10")]
    told = [row["reason"] for row in probing.door.hints.take(probing.clock.at)]
    assert told.count("echo-not-possible") == 1


def test_after_four_addresses_in_use_the_client_is_left_for_its_next_try(probing: Bench, query: MakeQuery) -> None:
    probing.come(query(DISCOVER, mac(1)))
    for last in range(10, 14):
        probing.door.heard("eth0", by_somebody(ip_number(f"10.0.0.{last}")))

    assert len(probing.door.parking) == 0
    assert probing.why(mac(1))[0] == "no-answer"
    assert len(probing.rows()) == 4
    probing.come(query(DISCOVER, mac(1)))
    assert probing.wait(0.31) == [(OFFER, "10.0.0.14")]


def test_many_who_come_together_are_asked_about_different_addresses(probing: Bench, query: MakeQuery) -> None:
    assert probing.come(*(query(DISCOVER, mac(n)) for n in range(6))) == []
    assert len(set(probing.wire.asked)) == 6

    offers = probing.wait(0.31)

    assert len({address for _, address in offers}) == 6


def test_the_newest_message_of_a_parked_client_is_the_one_answered(probing: Bench, query: MakeQuery) -> None:
    old = query(DISCOVER, mac(1))
    new = query(DISCOVER, mac(1))
    probing.come(old)
    probing.clock.at += 0.2
    probing.come(new)

    assert probing.why(mac(1)) == ["superseded"]
    assert len(probing.door.parking) == 1
    probing.clock.at += 0.11
    probing.door.work(Arrivals(), more=False)
    assert [message.xid for message, _ in probing.out.sent] == [new.message.xid]
    assert probing.wire.asked == ["10.0.0.10 on eth0"], "the question was asked already"


def test_when_nobody_can_be_asked_the_configuration_says_what_then(
    tmp_path: Path, site: Site, query: MakeQuery
) -> None:
    for says, folder, answers in (("silent", "a", []), ("serve", "b", [(OFFER, "10.0.0.10")])):
        made = Bench(tmp_path / folder, replace(site, on_no_answer=says))
        made.wire.says = Asked.CANNOT_ASK
        assert made.come(query(DISCOVER, mac(1))) == answers
        assert len(made.door.parking) == 0
        made.journal.close()


def test_where_nobody_can_answer_an_address_is_free_at_once(probing: Bench, query: MakeQuery) -> None:
    probing.wire.says = Asked.NOBODY_CAN_ANSWER
    assert probing.come(query(DISCOVER, mac(1))) == [(OFFER, "10.0.0.10")]


def test_a_journal_failure_while_quarantining_is_undone(probing: Bench, query: MakeQuery) -> None:
    probing.come(query(DISCOVER, mac(1)))
    with closing(sqlite3.connect(probing.folder / "00000001.journal", isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        probing.door.heard("eth0", by_somebody(ip_number("10.0.0.10")))
        blocker.execute("ROLLBACK")

    assert probing.table.of_address(ip_number("10.0.0.10")) is None
    assert probing.door.counters.failures == 1


def test_a_declined_address_is_not_given_again(bench: Bench, query: MakeQuery) -> None:
    bench.come(query(DISCOVER, mac(1)))
    bench.come(selecting(query, mac(1), "10.0.0.10"))
    bench.come(declining(query, mac(1), "10.0.0.10"))
    assert bench.wire.asked == ["10.0.0.10 on eth0"]
    assert bench.come(query(DISCOVER, mac(1))) == [], "it waits for the same"

    assert bench.wait(0.31) == [(OFFER, "10.0.0.11")]

    assert bench.rows()[-1] == ("declined", "10.0.0.10")
    assert sorted(bench.why(mac(1))) == ["acknowledged", "declined", "offered", "offered"]


def declining(query: MakeQuery, who: bytes, address: str, **more: Any) -> Query:
    return query(DECLINE, who, options={50: ip_wire(ip_number(address)), 54: SERVER}, **more)


@pytest.mark.parametrize(
    ("answering", "becomes"),
    [([1], "decline-doubted"), ([2], "declined"), ([1, 2], "declined"), ([2, 3, 4, 5, 6, 1], "declined")],
)
def test_an_address_that_only_its_own_client_answers_for_was_not_declined_by_it(
    bench: Bench, query: MakeQuery, answering: list[int], becomes: str
) -> None:
    (renewal,) = bind_some(bench, query, 2)[1:]
    bench.come(declining(query, mac(1), "10.0.0.11"))
    for number in answering:
        bench.door.heard("eth0", {ip_number("10.0.0.11"): {mac(number)}})
    bench.door.heard("eth0", {ip_number("10.0.0.10"): {mac(9)}})

    assert bench.come(renewal) == [(ACK, "10.0.0.11")], "its renewals do not wait"
    bench.wait(0.31)

    assert bench.why(mac(1))[0] == becomes
    assert (bench.rows()[-1] == ("declined", "10.0.0.11")) is (becomes == "declined")


def test_a_decline_behind_a_relay_or_where_nobody_can_be_asked_is_believed_at_once(
    bench: Bench, query: MakeQuery
) -> None:
    bind_some(bench, query, 3)
    bench.come(declining(query, mac(0), "10.0.0.10", giaddr="10.0.0.9"))
    assert bench.wire.asked == []
    for number, says in ((1, Asked.CANNOT_ASK), (2, Asked.NOBODY_CAN_ANSWER)):
        bench.wire.says = says
        bench.come(declining(query, mac(number), f"10.0.0.1{number}"))
    assert bench.rows()[-3:] == [("declined", f"10.0.0.1{n}") for n in range(3)]


def test_a_flood_of_declines_asks_once_at_a_time_and_holds_up_nobody(bench: Bench, query: MakeQuery) -> None:
    bind_some(bench, query, 1)
    for _ in range(3):
        bench.come(*(declining(query, mac(0), "10.0.0.10") for _ in range(100)))
        bench.door.heard("eth0", {ip_number("10.0.0.10"): {mac(0)}})
    assert bench.wire.asked == ["10.0.0.10 on eth0"]
    assert len(bench.door.parking) == 1
    assert bench.come(query(DISCOVER, mac(7))) == [(OFFER, "10.0.0.11")]

    assert bench.come(query(DISCOVER, mac(0))) == []
    assert bench.wait(0.31) == [(OFFER, "10.0.0.10")]
    assert [row for row in bench.rows() if row[0] == "declined"] == []


def test_a_client_without_an_address_is_answered_by_frame_and_one_that_asks_for_it_by_broadcast(
    bench: Bench, query: MakeQuery
) -> None:
    bench.door.work(_arrived(query(DISCOVER, mac(1)), query(DISCOVER, mac(2), flags=0x8000)), more=False)
    assert [(to.kind, to.mac) for _, to in bench.out.sent] == [(FRAME, mac(1)), (BROADCAST, b"")]


def _arrived(*queries: Query) -> Arrivals:
    arrivals = Arrivals()
    arrivals.later.extend(queries)
    return arrivals


def test_a_free_address_that_somebody_uses_goes_into_quarantine_and_no_other_does(
    bench: Bench, query: MakeQuery
) -> None:
    bench.come(query(DISCOVER, mac(1)))
    bench.come(selecting(query, mac(1), "10.0.0.10"))
    bench.come(query(DISCOVER, mac(2)))
    leased, offered, free = (ip_number(f"10.0.0.{n}") for n in (10, 11, 12))

    assert [bench.door.found_in_use("eth0", each) for each in (leased, offered, free, free)] == [
        False, False, True, False,
    ]  # fmt: skip

    assert bench.rows() == [("bound", "10.0.0.10"), ("declined", "10.0.0.12")]
    assert bench.come(query(DISCOVER, mac(3))) == [(OFFER, "10.0.0.13")]
    assert "scan-found" in [row["reason"] for row in bench.door.hints.take(bench.clock.at)]


def test_what_is_found_in_use_unasked_takes_at_most_half_of_a_network(bench: Bench, query: MakeQuery) -> None:
    pool = [ip_number(f"10.0.0.{n}") for n in range(10, 20)]

    assert [bench.door.found_in_use("eth0", each) for each in pool] == [True] * 5 + [False] * 5

    assert bench.come(query(DISCOVER, mac(1))) == [(OFFER, "10.0.0.15")]
    told = [row for row in bench.door.hints.take(bench.clock.at) if row["reason"] == "scan-found-many"]
    assert [row["network"] for row in told] == ["phones"], "said once"


def test_a_scan_that_is_not_possible_is_told_to_main(probing: Bench) -> None:
    probing.wire.says = Asked.CANNOT_ASK
    probing.door.scan.want([Stretch("eth0", 1, 9)])
    probing.door.scan.step(probing.clock.at, probing.door.is_free)
    told = [(row["reason"], row["detail"]) for row in probing.door.hints.take(probing.clock.at)]
    assert told == [("scan-not-possible", {"interface": "eth0"})]
