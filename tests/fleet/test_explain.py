"""Where a boot stopped: each of the ways, and that it did not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ringboot import reasons
from ringboot.fleet.explain import Case, DhcpOutcome, diagnose, met_between_boots, said_of
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.device import Device, DeviceFile
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, Lease
from ringboot.reasons import Reason

NOW = 10_000.0
MAC = "00:08:5d:2e:ec:fb"
OTHER = "00:08:5d:aa:bb:cc"
ADDRESS = "10.0.1.5"
OWN = "Acme/00085D2EECFB.cfg"
PHONE = Device("d1", mac=MAC, ip=ADDRESS, plugin="acme", config="c", configured=True)


def lease(seconds: int = 3600) -> Lease:
    octets = mac_octets(MAC)
    return Lease("phones", ip_number(ADDRESS), b"\x01" + octets, octets, BOUND, 9000, int(NOW) + seconds, b"")


def said(utc: float, message: str, reason: Reason, **detail: Any) -> DhcpOutcome:
    return DhcpOutcome(utc, message, reason.id, detail)


def event(utc: float, reason: Reason, *, address: str = ADDRESS, **detail: Any) -> Event:
    return Event(utc, reason.id, MAC, "d1", address, detail)


def got(utc: float, path: str = OWN, sha256: str = "new", reason: Reason = reasons.SERVED) -> Event:
    return event(utc, reason, path=path, sha256=sha256, size=612)


GRANTED = (
    said(9000, "DISCOVER", reasons.OFFERED, address=ADDRESS),
    said(9001, "REQUEST", reasons.ACKNOWLEDGED, address=ADDRESS),
)
FOREIGN = (Event(NOW - 600, reasons.FOREIGN_SERVER.id, detail={"server": "10.0.0.66", "interface": "eth0"}),)
DONE = Case(
    MAC,
    NOW,
    device=PHONE,
    leases=(lease(),),
    outcomes=GRANTED,
    events=(got(9100),),
    files=(DeviceFile("acme", OWN, "d1", "", True, "new", "templates/base.tpl"),),
)
NOTHING_SEEN = Case(MAC, NOW)


def case(**changes: Any) -> Case:
    return replace(DONE, **changes)


def without_lease(*outcomes: DhcpOutcome, **changes: Any) -> Case:
    return case(**{"leases": (), "events": (), "outcomes": outcomes, **changes})


WAYS: dict[str, tuple[Case, Reason, str]] = {
    "done": (DONE, reasons.BOOT_DONE, "it has fetched its present configuration"),
    "no DISCOVER seen": (NOTHING_SEEN, reasons.BOOT_NO_DISCOVER, "no DISCOVER was ever seen from it"),
    "no network": (
        without_lease(said(9000, "DISCOVER", reasons.NO_NETWORK, where="relay 10.9.0.1")),
        reasons.BOOT_NO_NETWORK,
        "there is no network for where it asks from: relay 10.9.0.1",
    ),
    "pool full": (
        without_lease(said(9000, "DISCOVER", reasons.POOL_FULL, network="phones")),
        reasons.BOOT_POOL_FULL,
        "network phones has no free address",
    ),
    "another server chosen": (
        without_lease(GRANTED[0], said(9001, "REQUEST", reasons.OTHER_SERVER_CHOSEN, server="10.0.0.66")),
        reasons.BOOT_OTHER_SERVER,
        "it took the offer of another server, 10.0.0.66",
    ),
    "NAK loop": (
        without_lease(
            said(9000, "REQUEST", reasons.NAK_NOT_YOURS, address="10.0.1.9"),
            said(9001, "DISCOVER", reasons.OFFERED, address="10.0.1.10"),
            said(9002, "REQUEST", reasons.NAK_NOT_YOURS, address="10.0.1.9"),
            said(9003, "DISCOVER", reasons.OFFERED, address="10.0.1.10"),
        ),
        reasons.BOOT_NAK_LOOP,
        "it asks for 10.0.1.9 and is refused, again and again",
    ),
    "no file asked": (case(events=()), reasons.BOOT_NO_FILE, "it has its address but never asked for a file"),
    "file refused": (
        case(events=(event(9100, reasons.NOT_YOURS, path="Acme/x.cfg", owner=OTHER, mac=MAC),)),
        reasons.BOOT_FILE_REFUSED,
        f"it was refused Acme/x.cfg: it belongs to {OTHER}",
    ),
    "file missing": (
        case(events=(event(9100, reasons.FILE_MISSING, path="Acme/6731i.cfg"),)),
        reasons.BOOT_FILE_MISSING,
        "it asks for Acme/6731i.cfg, which does not exist",
    ),
    "template error": (
        case(device=replace(PHONE, configured=False, problem="base.tpl, line 3: no such key"), events=()),
        reasons.BOOT_TEMPLATE_ERROR,
        "its files could not be rendered: base.tpl, line 3: no such key",
    ),
    "firmware missing": (
        case(events=(got(9100), event(9101, reasons.FIRMWARE_MISSING, path="6731i.st"))),
        reasons.BOOT_FIRMWARE_MISSING,
        "it asks for firmware 6731i.st, which is not installed",
    ),
    "fetched, but other configuration expected": (
        case(events=(got(9100, sha256="old"),)),
        reasons.BOOT_OLD_CONFIG,
        f"it fetched {OWN}, which has changed since",
    ),
    "another DHCP server answers": (
        without_lease(GRANTED[0], foreign=FOREIGN),
        reasons.BOOT_FOREIGN_SERVER,
        "another DHCP server, 10.0.0.66, answers on eth0",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_which_a_boot_stops(way: str) -> None:
    given, reason, text = WAYS[way]
    found = diagnose(given)
    assert (found.reason, found.text) == (reason, text)
    assert "?" not in found.text


def test_a_step_on_the_way_of_a_message_is_no_outcome_and_a_script_s_nak_is_one() -> None:
    refused = [
        said(utc, "REQUEST", reasons.NAK_SCRIPT, address="10.0.1.9", origin="rules.py:f") for utc in (9000, 9002)
    ]
    assert diagnose(without_lease(*refused)).reason == reasons.BOOT_NAK_LOOP
    waits = diagnose(
        without_lease(
            said(9000, "DISCOVER", reasons.NO_ANSWER_SILENT, origin="rules.py:f", why="no answer in time"),
            said(9003, "DISCOVER", reasons.SCRIPT_GAVE, address="10.0.1.9", origin="rules.py:f", took="3 ms"),
        )
    )
    assert "rules.py:f should have had a say about this client: no answer in time" in waits.text


def test_there_are_twelve_ways_and_one_that_works() -> None:
    assert len({reason.id for _, reason, _ in WAYS.values()}) == len(WAYS) == 13


OTHERS: dict[str, tuple[Case, Reason]] = {
    # What else DHCP may say
    "ignored": (without_lease(said(9000, "DISCOVER", reasons.UNKNOWN_IGNORED, network="x")), reasons.BOOT_NOT_ANSWERED),
    "given back": (
        case(outcomes=(*GRANTED, said(9500, "RELEASE", reasons.RELEASED, address=ADDRESS))),
        reasons.BOOT_NOT_ANSWERED,
    ),
    "offered, and no more": (without_lease(GRANTED[0]), reasons.BOOT_NOT_ANSWERED),
    "one NAK is normal, and the last word": (
        without_lease(said(9000, "REQUEST", reasons.NAK_WRONG_NETWORK, address="10.1.1.1", network="phones")),
        reasons.BOOT_NOT_ANSWERED,
    ),
    "NAKs before it was granted do not count": (
        case(
            outcomes=(
                said(8000, "REQUEST", reasons.NAK_NOT_YOURS),
                said(8001, "REQUEST", reasons.NAK_NOT_YOURS),
                *GRANTED,
            )
        ),
        reasons.BOOT_DONE,
    ),
    "noise does not count": (case(outcomes=(*GRANTED, said(9002, "DISCOVER", reasons.SUPERSEDED))), reasons.BOOT_DONE),
    "the order in which they are told does not count": (case(outcomes=GRANTED[::-1]), reasons.BOOT_DONE),
    "a foreign server of yesterday is not blamed": (
        without_lease(GRANTED[0], foreign=(replace(FOREIGN[0], utc=NOW - 86400),)),
        reasons.BOOT_NOT_ANSWERED,
    ),
    "it asks from an address that is not ours, and another server is there": (
        case(
            leases=(),
            outcomes=(),
            events=(event(9100, reasons.NO_PROOF, address="10.0.7.7", path=OWN, owner=MAC, peer="10.0.7.7"),),
            foreign=FOREIGN,
        ),
        reasons.BOOT_FOREIGN_SERVER,
    ),
    "it asks from an address that is not ours": (
        case(leases=(), outcomes=(), events=(event(9100, reasons.NO_PROOF, address="10.0.7.7", path=OWN),)),
        reasons.BOOT_FILE_REFUSED,
    ),
    # dhcp was restarted and remembers nothing
    "a lease without outcomes": (case(outcomes=(), events=()), reasons.BOOT_NO_FILE),
    "files without outcomes": (case(outcomes=(), leases=()), reasons.BOOT_DONE),
    "what stopped it was written down": (
        case(leases=(), outcomes=(), events=(event(9000, reasons.POOL_FULL, network="phones"),)),
        reasons.BOOT_POOL_FULL,
    ),
    "what once stopped it does not count while it has a lease": (
        case(outcomes=(), events=(got(9100), event(8000, reasons.POOL_FULL, network="phones"))),
        reasons.BOOT_DONE,
    ),
    # Files
    "304 is as good as the file": (case(events=(got(9100, reason=reasons.NOT_MODIFIED),)), reasons.BOOT_DONE),
    "an optional file may be missing": (
        case(
            events=(
                event(9050, reasons.FILE_MISSING, path="Acme/CTL.tlv"),
                got(9100),
                event(9101, reasons.FILE_MISSING, path="Acme/ring.xml"),
            )
        ),
        reasons.BOOT_DONE,
    ),
    "firmware asked for before the configuration is history": (
        case(events=(event(9050, reasons.FIRMWARE_MISSING, path="6731i.st"), got(9100))),
        reasons.BOOT_DONE,
    ),
    "refused, then served": (case(events=(event(9050, reasons.NO_PROOF, path=OWN), got(9100))), reasons.BOOT_DONE),
    "served, then refused": (
        case(events=(got(9100), event(9200, reasons.NO_PROOF, path=OWN))),
        reasons.BOOT_FILE_REFUSED,
    ),
    "events come newest first": (case(events=(got(9200), event(9100, reasons.NO_PROOF, path=OWN))), reasons.BOOT_DONE),
    "broken off": (
        case(events=(event(9100, reasons.BROKEN_OFF, path=OWN, why="timeout"),)),
        reasons.BOOT_BROKEN_OFF,
    ),
    "broken off, then whole": (
        case(events=(got(9100), event(9101, reasons.BROKEN_OFF, path="x.tuz"), got(9102, path="x.tuz"))),
        reasons.BOOT_DONE,
    ),
    "only what all share": (case(events=(got(9100, path="Acme/acme.cfg"),)), reasons.BOOT_NO_OWN_FILE),
    "one of two files is old": (
        case(
            files=(
                *DONE.files,
                DeviceFile("acme", "Acme/2.xml", "d1", "user", True, "newer", "templates/base.user.tpl"),
            ),
            events=(got(9100), got(9101, path="Acme/2.xml", sha256="old")),
        ),
        reasons.BOOT_OLD_CONFIG,
    ),
    "no plugin knows it": (
        case(device=None, files=(), events=(event(9100, reasons.UNKNOWN_DEVICE, path="x", peer=ADDRESS),)),
        reasons.BOOT_FILE_REFUSED,
    ),
    # Others in its name
    "a stranger said that it is this phone": (
        case(
            events=(got(9100), event(9200, reasons.CLAIM_CONTRADICTS, address="10.0.1.66", claimed=MAC, proven=OTHER))
        ),
        reasons.BOOT_DONE,
    ),
    "this phone said that it is another": (
        case(events=(event(9200, reasons.CLAIM_CONTRADICTS, claimed=OTHER, proven=MAC, path="y"),)),
        reasons.BOOT_FILE_REFUSED,
    ),
    "another phone wanted its file": (
        case(events=(got(9100), event(9200, reasons.NOT_YOURS, address="10.0.1.66", path=OWN, owner=MAC, mac=OTHER))),
        reasons.BOOT_DONE,
    ),
    "somebody elsewhere wanted its file": (
        case(events=(got(9100), event(9200, reasons.NO_PROOF, address="10.0.1.66", path=OWN, owner=MAC))),
        reasons.BOOT_DONE,
    ),
}


def test_of_one_second_the_order_counts() -> None:
    offered, taken = GRANTED[0], said(9000, "REQUEST", reasons.OTHER_SERVER_CHOSEN, server="10.0.0.66")
    assert diagnose(without_lease(offered, taken)).reason == reasons.BOOT_OTHER_SERVER
    assert diagnose(without_lease(taken, offered)).reason == reasons.BOOT_NOT_ANSWERED


ADVICE: dict[str, tuple[Case, str]] = {
    "that of what stopped it": (
        case(events=(event(9100, reasons.NOT_YOURS, path="y", owner=OTHER, mac=MAC),)),
        reasons.NOT_YOURS.help,
    ),
    "its own, where that has none": (
        case(events=(event(9100, reasons.BAD_PATH, path="y"),)),
        reasons.BOOT_FILE_REFUSED.help,
    ),
    "with the device's MAC in it": (
        case(device=replace(PHONE, problem="a.tpl, line 3: no such key")),
        f"Mend the template in the plugin's folder, then: ringboot device reconfigure {MAC}.",
    ),
    "none where there is nothing to do": (DONE, ""),
}


@pytest.mark.parametrize("way", ADVICE)
def test_what_to_do(way: str) -> None:
    given, advice = ADVICE[way]
    assert diagnose(given).help == advice


def test_each_way_but_the_good_one_says_what_to_do() -> None:
    for given, reason, _ in WAYS.values():
        advice = diagnose(given).help
        assert bool(advice) == (reason is not reasons.BOOT_DONE)
        assert "?" not in advice


@pytest.mark.parametrize("way", OTHERS)
def test_what_else_may_be_seen(way: str) -> None:
    given, reason = OTHERS[way]
    assert diagnose(given).reason == reason


def met(*times: float, server: str = "10.0.0.66") -> tuple[Event, ...]:
    detail = {"server": server, "interface": "eth0"}
    return tuple(Event(utc, reasons.FOREIGN_SERVER.id, detail=detail) for utc in reversed(times))


BOOTS = tuple(said(utc, "REQUEST", reasons.ACKNOWLEDGED, address=ADDRESS) for utc in (1000, 5000, 5030, 9000, 9001))


@pytest.mark.parametrize(
    ("outcomes", "times", "found"),
    [
        (BOOTS, (4000, 4990), []),  # the boot at 5000 came after it
        (BOOTS, (5010, 6000, 7000), [7000]),
        (BOOTS, (6000, 9010, 9020), [6000, 9020]),
        (BOOTS[:1], (500, 2000), [2000]),
        ((*BOOTS, said(9500, "REQUEST", reasons.RENEWED, address=ADDRESS)), (6000,), [6000]),  # that is no boot
        ((), (6000,), []),
    ],
)
def test_another_server_between_two_boots_is_named(
    outcomes: tuple[DhcpOutcome, ...], times: tuple[float, ...], found: list[float]
) -> None:
    assert [each.utc for each in met_between_boots(case(leases=(), outcomes=outcomes, foreign=met(*times)))] == found


def test_each_of_several_other_servers_is_named_also_after_dhcp_forgot() -> None:
    foreign = (*met(9500), *met(9400, 9600, server="10.0.0.67"), *met(8000, server="10.0.0.68"))
    found = met_between_boots(case(outcomes=(), foreign=foreign))  # the lease began at 9000
    assert {(each.detail["server"], each.utc) for each in found} == {("10.0.0.66", 9500), ("10.0.0.67", 9600)}


AGENT = "Acme D10 2.1.0"
REFUSED = (
    event(9103, reasons.UNKNOWN_DEVICE, path="Acme/a.cfg", agent=AGENT),
    event(9102, reasons.NO_PLUGIN, path="Acme/all.cfg", agent=""),
    event(9101, reasons.UNKNOWN_DEVICE, path="Acme/a.cfg", agent="loader"),
)


def test_what_an_unknown_device_says_is_told_once() -> None:
    assert said_of(case(device=None, files=(), events=REFUSED)) == ((AGENT, "loader"), ("Acme/a.cfg", "Acme/all.cfg"))
    added = replace(PHONE, plugin=None)
    assert said_of(case(device=added, events=REFUSED)).agents == (AGENT, "loader")


def test_what_others_say_in_its_name_and_what_a_plugin_answers_is_not_told() -> None:
    elsewhere = tuple(replace(each, address="10.0.1.66") for each in REFUSED)
    assert said_of(case(device=None, files=(), events=elsewhere)) == ((), ())
    assert said_of(case(events=REFUSED)) == ((), ())
