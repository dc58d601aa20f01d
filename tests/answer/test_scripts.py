"""Hooks and foreign sources that have a say: who is asked about, what is made of the answer, what without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import DataObject, data, integers, lists, tuples

from ringboot import reasons
from ringboot.answer.classes import Classes
from ringboot.answer.facts import Facts
from ringboot.dhcp.message import ACK, DISCOVER, NAK, OFFER, BadPacket, Message, decode, encode
from ringboot.leases.table import Table
from ringboot.leases.terms import QUARANTINE_RESERVED
from ringboot.model.address import ip_number
from ringboot.model.scripting import (
    ANSWER,
    CHOSEN,
    RESERVATION_OF,
    SCRIPT,
    SEEN,
    SERVE,
    SILENT,
    UNKNOWN,
    Asked,
    Given,
    Hello,
    Hook,
    Told,
)
from ringboot.model.site import Boot, Match, Site

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

BY = "rules.py:f"
Say = Callable[[Asked], Told | None]


@pytest.fixture
def start(world: type[World]) -> Callable[..., Server]:
    """Give a function that starts a server with these hooks; the scripts process says what `say` says."""

    def make(*hooks: Hook, sources: tuple[str, ...] = (), say: Say | None = None, **more: object) -> Server:
        networks = more.pop("networks", ())
        server = world.server(*networks, scripts=True, **more)  # type: ignore[misc]  # networks, as the test says
        server.facts.take_hooks(Hello(1, hooks, sources))
        server.script = say or (lambda asked: Told(asked.number))
        return server

    return make


def gives(address: str = "", **more: object) -> Say:
    """Give each client that is asked about this."""

    def say(asked: Asked) -> Told:
        if asked.what == SCRIPT:
            return Told(asked.number)
        return Told(asked.number, given=Given(BY, address=address, **more))  # type: ignore[arg-type]

    return say


def changes(change: Callable[[Message], Message]) -> Say:
    """Change each reply that is asked about."""

    def say(asked: Asked) -> Told:
        if asked.what == RESERVATION_OF:
            return Told(asked.number)
        reply = decode(asked.reply)
        assert not isinstance(reply, BadPacket)
        return Told(asked.number, reply=encode(change(reply)))

    return say


def sets(**options: bytes) -> Say:
    return changes(lambda m: m._replace(options={**m.options, **{int(k[1:]): v for k, v in options.items()}}))


# Who is asked about


def test_a_client_that_no_hook_concerns_is_not_asked_about_and_goes_the_short_way(
    start: Callable[..., Server],
) -> None:
    idle = [
        Hook(kind, BY, ((Match("dhcp.60", "^Aastra"),),), networks=("phones",))
        for kind in (SEEN, UNKNOWN, CHOSEN, ANSWER)
    ]
    server = start(*idle)
    for phone in server.phones(3):
        assert phone.boot().startswith("ACK")
        assert phone.renew().startswith("ACK")
    assert server.asked == []
    assert server.short_ways >= 6


@pytest.mark.parametrize(
    ("hook", "asked"),
    [
        (Hook(SEEN, BY), ["DISCOVER", "REQUEST", "RELEASE"]),
        (Hook(SEEN, BY, types=("REQUEST",)), ["REQUEST"]),
        (Hook(SEEN, BY, networks=("guests",)), []),
        (Hook(SEEN, BY, networks=("guests", "phones")), ["DISCOVER", "REQUEST", "RELEASE"]),
        (Hook(SEEN, BY, ((Match("dhcp.mac", "^00:08:5d"),),), types=("RELEASE",)), ["RELEASE"]),
        (Hook(SEEN, BY, ((Match("dhcp.mac", "^00:08:5e"),),)), []),
        (Hook(SEEN, BY, ((Match("dhcp.60", "x"),), (Match("dhcp.mac", "5d"),))), ["DISCOVER", "REQUEST", "RELEASE"]),
        (Hook(UNKNOWN, BY), ["DISCOVER", "REQUEST"]),
        (Hook(CHOSEN, BY), []),
        (Hook("granted", BY), []),
        (Hook("timer", BY), []),
    ],
)
def test_filters_say_about_which_messages(start: Callable[..., Server], hook: Hook, asked: list[str]) -> None:
    server = start(hook)
    phone = server.phone()
    phone.boot()
    phone.release()
    names = {1: "DISCOVER", 3: "REQUEST", 7: "RELEASE"}
    assert [names[decoded(each.message).kind] for each in server.asked] == asked


def decoded(data: bytes) -> Message:
    message = decode(data)
    assert not isinstance(message, BadPacket)
    return message


def test_the_question_tells_all_that_is_known_of_the_message(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY), Hook(ANSWER, BY))
    server.reserve("00:08:5d:00:00:01", "10.0.0.77", hostname="lobby", **{"66": "x"})
    phone = server.phone()
    phone.options = {60: b"Aastra"}
    phone.boot()
    phone.renew()
    first, last = server.asked[0], server.asked[-1]
    assert (first.what, first.hooks, first.interface, first.locals) == (RESERVATION_OF, (0,), "eth0", ("10.0.0.2",))
    assert (first.network, first.known, first.unicast, first.port, first.lease) == ("phones", True, False, 67, "")
    assert first.given == Given(
        "reservation mac 00:08:5d:00:00:01", "phones", "10.0.0.77", hostname="lobby", options={"66": "x"}
    )
    assert decoded(first.message).options[60] == b"Aastra"
    assert (last.what, last.hooks, last.unicast, last.lease, last.peer) == (
        SCRIPT, (1,), True, "10.0.0.77", "10.0.0.77",
    )  # fmt: skip
    assert decoded(last.reply).kind == ACK


def test_hooks_of_unknown_clients_are_asked_about_those_only(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, "u"), Hook(CHOSEN, "c"))
    server.facts.put_known("00:08:5d:00:00:01")
    server.reserve("00:08:5d:00:00:02", "10.0.0.77")
    for phone in server.phones(3)[1:]:
        phone.discover()
    server.phone("00:08:5d:00:00:09").discover()
    assert [(decoded(each.message).chaddr[-1], each.hooks, each.known) for each in server.asked] == [
        (2, (1,), True), (9, (0, 1), False),
    ]  # fmt: skip


def test_sources_are_asked_about_whoever_has_no_reservation_here(start: Callable[..., Server]) -> None:
    server = start(sources=("intranet",), say=gives("10.0.0.50"))
    server.facts.put_known("00:08:5d:00:00:01")
    server.reserve("00:08:5d:00:00:02", "10.0.0.77")
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.0.0.77"
    assert server.asked == []
    assert server.phone("00:08:5d:00:00:01").boot() == "ACK 10.0.0.50"
    assert [each.hooks for each in server.asked] == [(), ()]


def test_nobody_is_asked_about_a_request_that_is_for_another_server(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, BY), sources=("intranet",))
    assert server.phone().take_other("10.0.0.99") == "silence other-server-chosen"
    assert server.asked == []


def test_a_message_from_no_network_of_ours_is_seen_and_not_answered(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY), Hook(UNKNOWN, BY), say=gives("10.0.0.50"))
    assert server.phone(relay="192.0.2.1").discover() == "silence no-network"
    assert [(each.network, each.hooks) for each in server.asked] == [("", (0,))]


def test_a_filter_that_is_no_regular_expression_changes_nothing(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY))
    with pytest.raises(ValueError, match=r"rules.py:g: '\[' is not a regular expression"):
        server.facts.take_hooks(Hello(2, (Hook(SEEN, "rules.py:g", ((Match("dhcp.60", "["),),)),)))
    assert server.facts.hooks is not None
    assert server.facts.hooks.rows[0].name == BY


def test_a_filter_on_what_the_relay_said_holds_for_renewals_too(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY, ((Match("dhcp.82.1", "port7"),),)))
    phone = server.phone(relay="10.0.0.1")
    phone.options = {82: b"\x01\x05port7"}
    phone.boot()
    phone.options = {}
    phone.renew()
    assert len(server.asked) == 3


# What they get


def test_what_a_hook_gives_is_an_ordinary_lease(start: Callable[..., Server]) -> None:
    options = {"66": "boot.example.org", "3": "10.0.0.1"}
    server = start(
        Hook(UNKNOWN, BY),
        say=gives("10.0.0.50", lease_time=600, t1=100, t2=200, hostname="guest", options=options),
    )
    phone = server.phone()
    offer = phone.discover(o55=bytes((12, 66, 3)))
    assert offer == "OFFER 10.0.0.50"
    ack = phone.take(offer)
    assert ack == "ACK 10.0.0.50"
    assert ack.lease_time == 600
    assert [ack.options[code] for code in (58, 59)] == [n.to_bytes(4, "big") for n in (100, 200)]
    assert [ack.options[code] for code in (12, 66, 3)] == [b"guest", b"boot.example.org", b"\x0a\x00\x00\x01"]
    lease = server.table.of_address(ip_number("10.0.0.50"))
    assert lease is not None
    assert (lease.network, lease.expiry - lease.start, server.rows[-1].kind) == ("phones", 600, "bound")
    assert phone.renew() == "ACK 10.0.0.50"
    assert server.rows[-1].kind == "renewed"


def test_after_a_restart_the_lease_is_still_there_and_asked_about(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, BY), say=gives("10.0.0.50"))
    phone = server.phone()
    phone.boot()
    hooks = server.facts.hooks
    server.restart()
    server.facts.hooks = hooks
    server.facts.asks = True
    assert phone.renew() == "ACK 10.0.0.50"
    assert server.asked[-1].lease == "10.0.0.50"


def test_a_client_is_put_into_a_network_of_its_wire(world: type[World], start: Callable[..., Server]) -> None:
    networks = (
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255"),
        world.network("guests", "10.99.0.0/24", "10.99.0.50-10.99.0.60", lease_time=120),
    )
    server = start(Hook(UNKNOWN, BY), networks=networks, say=gives(network="guests", options={"66": "guest"}))
    ack = server.phone().boot()
    assert ack == "ACK 10.99.0.50"
    assert (ack.lease_time, ack.options[66]) == (120, b"guest")


def test_options_alone_leave_the_address_to_the_pools(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, BY), say=gives(options={"66": "x"}, lease_time=60))
    ack = server.phone().boot()
    assert (ack, ack.options[66], ack.lease_time) == ("ACK 10.0.1.0", b"x", 60)


def test_an_unknown_client_that_is_given_something_is_known(world: type[World], start: Callable[..., Server]) -> None:
    networks = (world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255", unknown="ignore"),)
    server = start(Hook(UNKNOWN, BY), networks=networks, say=gives(options={"66": "x"}))
    phone = server.phone()
    assert phone.inform("10.0.4.4").options[66] == b"x"
    assert phone.boot() == "ACK 10.0.1.0"
    server.script = lambda asked: Told(asked.number)
    assert server.phone("00:08:5d:00:00:02").inform("10.0.4.4") == "silence unknown-ignored"


def test_a_network_that_has_only_what_sources_give_is_served(world: type[World], start: Callable[..., Server]) -> None:
    networks = (world.network("phones", "10.0.0.0/16"),)
    server = start(sources=("intranet",), networks=networks, say=gives("10.0.0.50"))
    assert server.phone().boot() == "ACK 10.0.0.50"
    server.script = lambda asked: Told(asked.number)
    assert server.phone("00:08:5d:00:00:02").discover() == "silence no-pool"


def test_the_next_renewal_moves_a_client_that_is_given_another_address(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, BY))
    phone = server.phone()
    assert phone.boot() == "ACK 10.0.1.0"
    server.script = gives("10.0.0.50")
    assert phone.renew() == "NAK nak-not-yours"
    assert phone.boot() == "ACK 10.0.0.50"


def test_a_chosen_hook_gives_another_one_in_place_of_ours(start: Callable[..., Server]) -> None:
    server = start(Hook(CHOSEN, BY), say=gives("10.0.0.50"))
    server.reserve("00:08:5d:00:00:01", "10.0.0.77")
    assert server.phone().boot() == "ACK 10.0.0.50"
    server.script = lambda asked: Told(asked.number)
    assert server.phone().boot() == "ACK 10.0.0.77"


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"address": "10.1.0.50"}, "silence given-elsewhere"),
        ({"address": "10.0.0.50", "network": "guests"}, "silence given-elsewhere"),
        ({"network": "nowhere"}, "silence given-no-network"),
        ({"address": "10.0.0.2"}, "silence given-unusable"),
        ({"address": "10.0.0.0"}, "silence given-unusable"),
        ({"address": "10.0.255.255"}, "silence given-unusable"),
        ({"address": "nonsense"}, "silence given-unusable"),
        ({"address": "10.0.0.77"}, "silence given-taken"),
        ({"address": "10.0.1.0"}, "silence given-taken"),
    ],
)
def test_what_cannot_be_given_is_not_and_the_reason_says_so(
    start: Callable[..., Server], given: dict[str, str], outcome: str
) -> None:
    server = start(Hook(UNKNOWN, BY, ((Match("dhcp.60", "guest"),),)), say=gives(**given))
    server.reserve("00:08:5d:00:00:02", "10.0.0.77")
    server.phone("00:08:5d:00:00:03").boot()
    phone = server.phone()
    phone.options = {60: b"guest"}
    heard = phone.discover()
    assert heard == outcome
    assert heard.change is None
    assert BY in reasons.tell(heard.reason, heard.detail)


def test_an_address_in_quarantine_is_tried_again_soon(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, BY), say=gives("10.0.0.50"))
    phone = server.phone()
    phone.boot()
    server.wire[ip_number("10.0.0.50")] = frozenset({b"other!"})
    assert phone.decline() == "silence declined"
    assert phone.discover() == "silence given-taken"
    server.sleep(QUARANTINE_RESERVED + 1)
    assert phone.discover() == "OFFER 10.0.0.50"


# Silence and refusal


def test_a_hook_that_says_no_answer_costs_no_address(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY), say=lambda asked: Told(asked.number, drop=BY))
    phone = server.phone()
    for heard in (phone.discover(), phone.take("10.0.1.0"), phone.inform("10.0.1.1"), phone.bootp()):
        assert heard == "silence script-silent"
        assert heard.change is None
        assert heard.detail["origin"] == BY
    late = start(Hook(ANSWER, BY), say=lambda asked: Told(asked.number, drop=BY))
    phone = late.phone()
    assert phone.discover() == "silence script-silent"
    assert late.table.offered(ip_number("10.0.1.0"), late.now.steady) is None


def test_a_release_that_a_hook_does_not_let_through_changes_nothing(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY, types=("RELEASE", "DECLINE")), say=lambda asked: Told(asked.number, drop=BY))
    phone = server.phone()
    phone.boot()
    rows = len(server.rows)
    assert (phone.release(), phone.decline()) == ("silence script-silent", "silence script-silent")
    assert len(server.rows) == rows
    server.script = lambda asked: Told(asked.number)
    assert phone.release() == "silence released"


def test_a_refused_client_gets_a_nak_for_what_it_names(start: Callable[..., Server]) -> None:
    server = start(Hook(UNKNOWN, BY))
    phone = server.phone()
    phone.boot()
    server.script = lambda asked: Told(asked.number, refuse=True)
    nak = phone.renew()
    assert nak == "NAK nak-script"
    assert nak.options[56] == b"refused 10.0.1.0: rules.py:f does not give it to this client"
    assert phone.reboot("10.0.1.0") == "NAK nak-script"
    assert phone.discover() == "silence script-refused"
    assert phone.inform("10.0.1.0") == "silence script-refused"
    assert phone.take_other("10.0.0.99") == "silence other-server-chosen"


# No answer


@pytest.mark.parametrize("answer", [None, Told(0, failed="rules.py:f: ValueError: no")])
@pytest.mark.parametrize(
    ("hook", "site", "outcome"),
    [
        ("", SILENT, "silence no-answer-silent"),
        ("", SERVE, "OFFER 10.0.1.0"),
        (SILENT, SERVE, "silence no-answer-silent"),
        (SERVE, SILENT, "OFFER 10.0.1.0"),
    ],
)
@pytest.mark.parametrize("kind", [UNKNOWN, SEEN, ANSWER])
def test_without_an_answer_the_policy_decides(
    start: Callable[..., Server], kind: str, hook: str, site: str, outcome: str, answer: Told | None
) -> None:
    server = start(Hook(kind, BY, no_answer=hook), say=lambda _: answer, on_no_answer=site)
    heard = server.phone().discover()
    assert heard == outcome
    if heard.reason == "no-answer-silent":
        assert heard.detail["why"] == ("no answer in time" if answer is None else answer.failed)
        assert server.table.offered(ip_number("10.0.1.0"), server.now.steady) is None


def test_the_hook_that_failed_decides_and_else_the_strictest(start: Callable[..., Server]) -> None:
    hooks = (Hook(SEEN, "a", no_answer=SERVE), Hook(SEEN, "b", no_answer=SILENT))
    server = start(*hooks, say=lambda asked: Told(asked.number, failed="a: too slow"))
    assert server.phone().discover().startswith("OFFER")
    server.script = lambda asked: Told(asked.number, failed="b: too slow")
    assert server.phone().discover() == "silence no-answer-silent"
    server.script = lambda _: None
    assert server.phone().discover() == "silence no-answer-silent"


def test_a_release_needs_no_policy(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY, types=("RELEASE",)), say=lambda _: None)
    phone = server.phone()
    phone.boot()
    assert phone.release() == "silence released"


def test_whom_we_know_a_source_out_of_reach_keeps_from_nothing(start: Callable[..., Server]) -> None:
    server = start(sources=("intranet",), say=lambda _: None)
    server.facts.put_known("00:08:5d:00:00:01")
    assert server.phone().boot() == "ACK 10.0.1.0"
    stranger = server.phone("00:08:5d:00:00:02").discover()
    assert stranger == "silence no-answer-silent"
    assert stranger.detail["origin"] == "intranet"


def test_a_client_keeps_what_it_was_given_while_nobody_can_be_asked(start: Callable[..., Server]) -> None:
    server = start(sources=("intranet",), say=gives("10.0.0.50", options={"66": "x"}), on_no_answer=SERVE)
    phone = server.phone()
    phone.boot()
    server.script = lambda _: None
    ack = phone.renew()
    assert (ack, ack.options[66]) == ("ACK 10.0.0.50", b"x")
    assert phone.boot() == "ACK 10.0.0.50"
    # A dhcp that starts anew remembers the lease only.
    hooks = server.facts.hooks
    server.restart()
    server.facts.hooks, server.facts.asks = hooks, True
    ack = phone.renew()
    assert (ack, 66 in ack.options) == ("ACK 10.0.0.50", False)


def test_what_is_given_no_more_is_not_kept(start: Callable[..., Server]) -> None:
    server = start(sources=("intranet",), say=gives("10.0.0.50"), on_no_answer=SERVE)
    phone = server.phone()
    phone.discover()
    server.script = lambda asked: Told(asked.number)
    assert phone.discover() == "OFFER 10.0.1.0"
    server.script = lambda _: None
    assert phone.discover() == "OFFER 10.0.1.0"


@pytest.mark.parametrize(("policy", "outcome"), [(SILENT, "silence no-answer-silent"), (SERVE, "OFFER 10.0.1.0")])
def test_before_the_scripts_process_said_anything_only_known_clients_are_sure_of_an_answer(
    world: type[World], policy: str, outcome: str
) -> None:
    server = world.server(scripts=True, on_no_answer=policy)
    server.reserve("00:08:5d:00:00:01", "10.0.0.77")
    server.facts.put_known("00:08:5d:00:00:02")
    assert server.phone("00:08:5d:00:00:01").boot() == "ACK 10.0.0.77"
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.0.1.0"
    server.sleep(40_000)
    assert server.phone("00:08:5d:00:00:03").discover(o50=bytes((10, 0, 1, 0))) == outcome
    server.facts.take_hooks(Hello(1))
    assert server.phone("00:08:5d:00:00:04").discover().startswith("OFFER")


def test_without_scripts_in_the_site_nobody_is_asked(start: Callable[..., Server]) -> None:
    server = start(Hook(SEEN, BY), say=lambda _: None)
    server.facts.replace_site(Site(2, server.facts.site.networks, probe=False))
    assert server.phone().boot() == "ACK 10.0.1.0"
    assert server.asked == []
    again = Facts(Site(1, scripts=True), Table())
    assert again.asks


# The reply


def test_an_answer_hook_changes_options_and_boot_fields(start: Callable[..., Server]) -> None:
    def boot(reply: Message) -> Message:
        options = {**reply.options, 60: b"PXEClient", 66: b"boot.example.org"}
        del options[1]
        return reply._replace(siaddr=ip_number("10.0.0.9"), file=b"pxelinux.0", sname=b"boot", options=options)

    server = start(Hook(ANSWER, BY), say=changes(boot))
    phone = server.phone(client_id=b"\x01abcdef")
    offer = phone.discover()
    ack = phone.take(offer)
    for heard, kind in ((offer, OFFER), (ack, ACK)):
        message = heard.message
        assert (message.kind, message.siaddr, message.file, message.sname) == (
            kind, ip_number("10.0.0.9"), b"pxelinux.0", b"boot",
        )  # fmt: skip
        assert (message.options[60], message.options[66], 1 in message.options) == (
            b"PXEClient", b"boot.example.org", False,
        )  # fmt: skip
        assert message.options[61] == b"\x01abcdef"
        assert heard.address == "10.0.1.0"
    assert server.rows[-1].kind == "bound"


def test_what_is_ours_stays_as_it_is(start: Callable[..., Server]) -> None:
    def spoil(reply: Message) -> Message:
        forged = {52: b"\x03", 55: b"\x01", 57: b"\x02\x40", 61: b"evil", 82: b"\x01\x01x", 50: bytes(4)}
        return reply._replace(
            xid=b"evil", chaddr=b"\xee" * 6, giaddr=1, flags=0x8000, ciaddr=5, op=1, options={**reply.options, **forged}
        )

    server = start(Hook(ANSWER, BY), say=changes(spoil))
    phone = server.phone(relay="10.0.0.1")
    phone.options = {82: b"\x01\x03abc"}
    before = start(Hook(SEEN, BY)).phone(relay="10.0.0.1")
    before.options = {82: b"\x01\x03abc"}
    assert phone.discover().message == before.discover().message


def test_another_server_identifier_is_taken_over(start: Callable[..., Server]) -> None:
    server = start(Hook(ANSWER, BY), say=sets(_54=bytes((10, 0, 0, 9))))
    assert server.phone().discover().options[54] == bytes((10, 0, 0, 9))


def test_options_that_are_too_many_spill_into_the_names_fields(start: Callable[..., Server]) -> None:
    server = start(Hook(ANSWER, BY), say=sets(_66=b"x" * 200, _43=b"y" * 100))
    heard = server.phone().discover()
    assert (heard.options[66], heard.options[43]) == (b"x" * 200, b"y" * 100)
    assert heard.message.sname == heard.message.file == b""


def test_another_lease_time_is_that_of_the_lease_and_its_timers(start: Callable[..., Server]) -> None:
    server = start(Hook(ANSWER, BY), say=sets(_51=(400).to_bytes(4, "big")))
    ack = server.phone().boot()
    lease = server.table.of_address(ip_number("10.0.1.0"))
    assert lease is not None
    assert (ack.lease_time, lease.expiry - lease.start) == (400, 400)
    assert [int.from_bytes(ack.options[code], "big") for code in (58, 59)] == [200, 350]


def test_a_reply_without_an_address_binds_nothing(start: Callable[..., Server]) -> None:
    def bare(reply: Message) -> Message:
        options = {code: value for code, value in reply.options.items() if code not in (51, 58, 59)}
        return reply._replace(yiaddr=0, file=b"pxelinux.0", options=options)

    server = start(Hook(ANSWER, BY), say=changes(bare))
    phone = server.phone()
    for heard in (phone.discover(), phone.take("10.0.1.0")):
        assert (heard.message.yiaddr, heard.message.file, 51 in heard.options) == (0, b"pxelinux.0", False)
        assert heard.change is None
    assert server.rows == []


def test_an_answer_hook_makes_it_a_nak(start: Callable[..., Server]) -> None:
    server = start(Hook(ANSWER, BY, types=("REQUEST",)))
    phone = server.phone()
    phone.boot()
    rows = len(server.rows)
    server.script = sets(_53=bytes((NAK,)), _56=b"go away")
    nak = phone.renew()
    assert (nak, nak.options[56], 1 in nak.options, nak.message.yiaddr) == ("NAK nak-script", b"go away", False, 0)
    assert len(server.rows) == rows
    server = start(Hook(ANSWER, BY), say=sets(_53=bytes((NAK,))))
    assert server.phone().discover() == "silence script-refused"


@pytest.mark.parametrize(
    ("say", "outcome"),
    [
        (changes(lambda m: m._replace(yiaddr=ip_number("10.0.1.9"))), "silence script-changed-address"),
        (sets(_53=bytes((DISCOVER,))), "silence script-unusable"),
        (lambda asked: Told(asked.number, reply=b"\x02nonsense"), "silence script-unusable"),
    ],
)
def test_what_no_hook_may_write_is_not_sent(start: Callable[..., Server], say: Say, outcome: str) -> None:
    server = start(Hook(ANSWER, BY), say=say)
    heard = server.phone().discover()
    assert heard == outcome
    assert BY in reasons.tell(heard.reason, heard.detail)
    assert server.table.offered(ip_number("10.0.1.0"), server.now.steady) is None
    server.phone("00:08:5d:00:00:02").boot()
    assert server.rows == []


def test_an_inform_and_a_bootp_client_are_answered_as_the_hook_says(
    world: type[World], start: Callable[..., Server]
) -> None:
    networks = (world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255", bootp=True),)
    server = start(
        Hook(ANSWER, BY),
        networks=networks,
        say=changes(lambda m: m._replace(file=b"loader", options={**m.options, 43: b"\x01\x01x"})),
    )
    heard = server.phone().inform("10.0.4.4")
    assert (heard, heard.options[43], heard.message.file) == ("ACK 10.0.4.4", b"\x01\x01x", b"loader")
    old = server.phone("00:08:5d:00:00:02").bootp()
    assert (old, old.options[43], old.message.file) == ("BOOTREPLY 10.0.1.0", b"\x01\x01x", b"loader")


def test_the_answer_of_a_boot_server_beside_another_dhcp_is_changed_too(
    world: type[World], start: Callable[..., Server]
) -> None:
    rule = Boot("efi", file="a.efi")
    server = start(
        Hook(ANSWER, BY),
        networks=(world.network("phones", "10.0.0.0/16"),),
        boot=(rule,),
        say=changes(lambda m: m._replace(file=b"b.efi")),
    )
    phone = server.phone()
    phone.options = {60: b"PXEClient:Arch:00007:UNDI:003016", 93: b"\x00\x07", 97: b"\x00" + bytes(16)}
    heard = phone.discover()
    assert (heard.reason, heard.message.file, heard.message.yiaddr) == ("proxy-offered", b"b.efi", 0)
    server.script = sets(_53=bytes((NAK,)))
    assert phone.discover() == "silence script-refused"


def test_another_client_gets_another_address_while_the_script_thinks(start: Callable[..., Server]) -> None:
    server = start(Hook(ANSWER, BY, ((Match("dhcp.60", "slow"),),)))
    other = server.phone("00:08:5d:00:00:02")

    def think(asked: Asked) -> Told:
        if len(server.asked) == 1:
            assert other.boot() == "ACK 10.0.1.1"
        return Told(asked.number)

    server.script = think
    slow = server.phone()
    slow.options = {60: b"slow"}
    assert slow.discover() == "OFFER 10.0.1.0"


def test_a_reply_that_is_another_by_the_time_of_the_answer_is_asked_about_again(start: Callable[..., Server]) -> None:
    server = start(Hook(ANSWER, BY, ((Match("dhcp.60", "slow"),),)))
    slow = server.phone()
    other = server.phone("00:08:5d:00:00:02")

    def think(asked: Asked) -> Told:
        if len(server.asked) == 1:
            assert other.take("10.0.1.0") == "ACK 10.0.1.0"
        return Told(asked.number)

    server.script = think
    slow.options = {60: b"slow"}
    assert slow.take("10.0.1.0") == "NAK nak-not-yours"
    assert len(server.asked) == 2


def test_the_classes_of_hooks_are_no_classes_of_the_site() -> None:
    facts = Facts(Site(1, scripts=True), Table())
    facts.take_hooks(Hello(1, (Hook(SEEN, BY, ((Match("dhcp.60", "x"),),)),)))
    assert facts.classes.of({60: b"x"}, b"") == Classes(()).of({60: b"x"}, b"") == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it only makes servers
@given(draw=data())
def test_whatever_a_hook_writes_what_is_ours_stays_and_what_cannot_be_sent_is_not(
    world: type[World], draw: DataObject
) -> None:
    server = world.server(scripts=True)
    server.facts.take_hooks(Hello(1, (Hook(ANSWER, BY),)))

    def say(asked: Asked) -> Told:
        reply = bytearray(asked.reply)
        for place, octet in draw.draw(lists(tuples(integers(0, len(reply) - 1), integers(0, 255)), max_size=12)):
            reply[place] = octet
        return Told(asked.number, reply=bytes(reply[: draw.draw(integers(0, len(reply)))]) or b"?")

    server.script = say
    phone = server.phone(client_id=b"\x01abcdef")
    heard = phone.discover()
    if heard.startswith("OFFER"):
        message = heard.message
        assert (message.xid, message.chaddr, message.giaddr, message.kind) == (b"\0\0\0\x01", phone.mac, 0, OFFER)
        assert message.yiaddr in (0, ip_number("10.0.1.0"))
        assert message.options[61] == b"\x01abcdef"
    else:
        assert heard in ("silence script-unusable", "silence script-changed-address", "silence script-refused")
