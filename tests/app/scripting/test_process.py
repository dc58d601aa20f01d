"""The process of scripts, asked as dhcp asks it: what hooks say, and what becomes of those that do not behave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.app.scripting.peers import Scripts, asked, asked_of_reply

from ringboot.dhcp.message import decode
from ringboot.model.scripting import Given

RULES = """\
import ctypes, os, sys, time
from ringboot.scripts import REFUSE, Answer, Query, Reservation, hook

@hook.seen(mac="02:*")
def never(query: Query) -> bool:
    return False

@hook.unknown(vendor_class="Example*", network="phones", no_answer="serve")
def visitor(query: Query) -> Reservation:
    return Reservation(address="10.0.0.77", lease_time="2m", options={"tftp-server-name": "boot"})

@hook.chosen
def other(query, reservation):
    return Reservation(address="10.0.0.78") if reservation.address == "10.0.0.5" else None

@hook.answer
def boot(query: Query, answer: Answer) -> None:
    answer.options["vendor-class-identifier"] = "PXEClient"
    answer.options[66] = "boot.example.org"
    answer.options["bootfile-name"] = f"{query.mac.bare.upper()}.cfg"

@hook.unknown
def odd(query: Query):
    what = query.hostname
    if what == "raise":
        raise ValueError("no such luck")
    if what == "loop":
        while True:
            pass
    if what == "sleep":
        time.sleep(60)
    if what == "catch":
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
    if what == "block":
        ctypes.PyDLL(None).sleep(60)
    if what == "exit":
        sys.exit(5)
    if what == "gone":
        os._exit(3)
    if what == "eat":
        return bytearray(1 << 40)
    if what == "wrong":
        return "10.0.0.5"
    return REFUSE if what == "refuse" else None
"""
NEVER, VISITOR, OTHER, BOOT, ODD = range(5)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    made = Scripts(tmp_path_factory.mktemp("scripts"), RULES).start()
    yield made
    made.close()


def test_it_says_first_what_hooks_there_are(scripts: Scripts) -> None:
    hello = scripts.peer("dhcp").hello()
    assert [(hook.kind, hook.name) for hook in hello.hooks] == [
        ("seen", "rules.py:never"), ("unknown", "rules.py:visitor"), ("chosen", "rules.py:other"),
        ("answer", "rules.py:boot"), ("unknown", "rules.py:odd"),
    ]  # fmt: skip
    visitor = hello.hooks[VISITOR]
    assert (visitor.networks, visitor.no_answer) == (("phones",), "serve")
    [[match]] = visitor.alternatives
    assert match.evidence == "dhcp.60"


def test_hooks_drop_give_replace_and_refuse(scripts: Scripts) -> None:
    dhcp = scripts.peer("dhcp")
    assert dhcp.one(asked(1, NEVER, VISITOR)).drop == "rules.py:never"
    assert dhcp.one(asked(2, VISITOR)).given == Given(
        "rules.py:visitor", address="10.0.0.77", lease_time=120, options={"66": "boot"}
    )
    there = Given("here", address="10.0.0.5")
    assert dhcp.one(asked(3, VISITOR, OTHER, given=there)).given == Given("rules.py:other", address="10.0.0.78")
    assert dhcp.one(asked(4, OTHER, given=Given("here", address="10.0.0.6"))).given is None
    told = dhcp.one(asked(5, ODD, o12=b"refuse"))
    assert (told.refuse, told.given) == (True, None)


def test_an_answer_hook_changes_the_reply(scripts: Scripts) -> None:
    told = scripts.peer("dhcp").one(asked_of_reply(9, BOOT))
    reply = decode(told.reply)
    assert (reply.options[60], reply.options[66], reply.options[67]) == (  # type: ignore[union-attr]
        b"PXEClient", b"boot.example.org", b"00085D2EECFB.cfg",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("raise", "ValueError: no such luck"),
        ("loop", "it took longer than 250 ms"),
        ("sleep", "it took longer than 250 ms"),
        ("exit", "it called sys.exit(5)"),
        ("eat", "it needed too much memory"),
        ("wrong", "TypeError: it gave '10.0.0.5', where a Reservation, REFUSE or None is wanted"),
    ],
)
def test_a_hook_that_fails_says_why_and_the_next_one_is_served(scripts: Scripts, what: str, why: str) -> None:
    dhcp = scripts.peer("dhcp")
    told = dhcp.one(asked(1, ODD, o12=what.encode()))
    assert told.failed == f"rules.py:odd: {why}"
    assert dhcp.one(asked(2, VISITOR)).given is not None
