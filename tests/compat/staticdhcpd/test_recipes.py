"""Scripts written from staticDHCPd's manual run as they are: octets in, octets out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compat.staticdhcpd.conversation import SERVER, ask, number, octets, read, site, talk

from ringboot.compat.staticdhcpd.site import Site
from ringboot.compat.staticdhcpd.world import Outside
from ringboot.dhcp import reply
from ringboot.dhcp.message import DECLINE, DISCOVER, INFORM, NAK, OFFER, RELEASE, REQUEST, Message
from ringboot.model.scripting import ANSWER, SCRIPT, SEEN, Asked, Told

FIVE = "aa:00:00:00:00:05"
PRL = {"55": "1, 3, 6, 12, 15, 28, 42, 51, 58"}


def test_a_known_client_gets_all_that_its_group_says() -> None:
    answer = talk(site("recipes"), octets(DISCOVER, FIVE, PRL))
    assert isinstance(answer, Message)
    assert (answer.kind, answer.yiaddr) == (OFFER, number("10.0.0.5"))
    assert answer.options[51] == (3600).to_bytes(4)
    assert answer.options[3] == bytes((10, 0, 0, 254)), "the gateway of its last octet"
    assert answer.options[58] == (60).to_bytes(4)
    assert answer.options[15] == b"example.org"
    assert answer.options[12] == b"five"
    assert answer.options[42] == bytes((10, 0, 0, 3))
    assert answer.options[6] == bytes((10, 0, 0, 1, 10, 0, 0, 2))


def test_a_gateway_is_taken_away_in_one_subnet() -> None:
    answer = talk(site("recipes"), octets(DISCOVER, "aa:00:00:00:00:99", PRL))
    assert isinstance(answer, Message)
    assert answer.yiaddr == number("10.0.1.9")
    assert 3 not in answer.options


def test_a_relayed_client_gets_another_domain_and_one_relay_none() -> None:
    answer = talk(site("recipes"), octets(DISCOVER, FIVE, PRL, giaddr="10.8.0.1"))
    assert isinstance(answer, Message)
    assert answer.options[15] == b"remote.example.org"
    refused = talk(site("recipes"), octets(DISCOVER, FIVE, PRL, giaddr="10.9.0.1"))
    assert isinstance(refused, Told)
    assert refused.drop == "conf.py:loadDHCPPacket"


def test_an_ack_becomes_a_nak() -> None:
    request = octets(REQUEST, "aa:00:00:00:00:66", {"54": SERVER, "50": "10.0.0.66"})
    answer = talk(site("recipes"), request)
    assert isinstance(answer, Message)
    assert (answer.kind, answer.yiaddr) == (NAK, 0)
    assert set(answer.options) == {53, 54}


def test_pxe_compares_the_vendor_class_with_text() -> None:
    said = {"60": "PXEClient:Arch:00000:UNDI:002001"} | PRL
    answer = talk(site("recipes"), octets(DISCOVER, FIVE, said))
    assert isinstance(answer, Message)
    assert (answer.options[60], answer.options[66]) == (b"PXEClient", b"boot.example.org")
    assert (answer.options[67], answer.file, answer.siaddr) == (b"pxelinux.0", b"pxelinux.0", number("10.0.0.7"))
    assert answer.yiaddr == number("10.0.0.5")
    proxied = talk(site("recipes"), octets(DISCOVER, FIVE, said), port=4011)
    assert isinstance(proxied, Message)
    assert (proxied.yiaddr, proxied.options[67]) == (0, b"pxelinux.0")


def test_an_option_that_the_client_did_not_ask_for_is_not_sent() -> None:
    answer = talk(site("recipes"), octets(DISCOVER, FIVE, {"55": "1, 3", "77": "text:class"}))
    assert isinstance(answer, Message)
    assert not {12, 28, 42, 77} & set(answer.options)
    assert answer.options[58] == (60).to_bytes(4), "T1 is sent always"


def test_a_guest_gets_a_definition() -> None:
    at = site("guests")
    answer = talk(at, octets(DISCOVER, "ee:00:00:00:00:01", PRL))
    assert isinstance(answer, Message)
    assert answer.yiaddr == number("10.0.0.80")
    assert answer.options[51] == (120).to_bytes(4)
    assert answer.options[6] == bytes((10, 0, 0, 2, 10, 0, 0, 3, 10, 0, 0, 4)), "three at most"
    assert answer.options[3] == bytes((10, 0, 0, 254))
    assert answer.options[56] == b"hello ee:00:00:00:00:01 ee:00:00:00:00:01"


def test_a_filter_drops_and_ignores() -> None:
    now = [1000.0]
    at = site("guests", Outside(utc=lambda: now[0]))
    assert ask(at, octets(DISCOVER, "cc:00:00:00:00:01")).drop == "conf.py:filterPacket"
    ignored = octets(DISCOVER, "bb:00:00:00:00:01")
    assert ask(at, ignored).drop == "conf.py:filterPacket"
    assert ask(at, ignored).drop == "conf.py:UNAUTHORIZED_CLIENT_TIMEOUT"
    now[0] += 31
    assert ask(at, ignored).drop == "conf.py:filterPacket", "it is asked again"


def test_only_relays_that_are_allowed_are_served() -> None:
    at = site("guests")
    assert ask(at, octets(DISCOVER, "ee:00:00:00:00:01", giaddr="10.0.6.1")).drop == "conf.py:ALLOWED_DHCP_RELAYS"
    assert ask(at, octets(DISCOVER, "ee:00:00:00:00:01", giaddr="10.0.5.1")).given is not None
    assert ask(site("old"), octets(DISCOVER, giaddr="10.0.5.1")).drop == "conf.py:ALLOW_DHCP_RELAYS"


def test_the_relays_agent_id_decides_and_stays_whole() -> None:
    at = site("guests")
    good = octets(DISCOVER, "ee:00:00:00:00:01", {"82.1": "text:circuit-1"}, giaddr="10.0.5.1")
    answer = talk(at, good)
    assert isinstance(answer, Message)
    assert answer.options[82] == b"\x01\x09circuit-1"
    bad = octets(DISCOVER, "ee:00:00:00:00:01", {"82.1": "text:circuit-2"}, giaddr="10.0.5.1")
    assert ask(at, bad).drop == "conf.py:filterPacket"


def test_one_of_several_definitions_is_chosen() -> None:
    at = site("guests")
    here = ask(at, octets(DISCOVER, "dd:00:00:00:00:02"))
    there = ask(at, octets(DISCOVER, "dd:00:00:00:00:02", giaddr="10.0.5.1"))
    assert here.given is not None
    assert there.given is not None
    assert (here.given.address, there.given.address) == ("10.0.0.90", "10.0.5.90")
    assert here.given.origin == "conf.py:filterRetrievedDefinitions"


def test_what_raises_is_told_with_its_line() -> None:
    told = ask(site("guests"), octets(DISCOVER, "dd:00:00:00:00:03"))
    assert told.failed == "conf.py:31: ZeroDivisionError: division by zero"
    assert not told.drop


def test_a_stranger_is_left_to_others() -> None:
    at = site("guests")
    stranger = "dd:00:00:00:00:01"
    assert ask(at, octets(DISCOVER, stranger))._replace(seconds=0.0) == Told(1)
    reboot = octets(REQUEST, stranger, {"50": "10.0.0.9"})
    assert ask(at, reboot).drop == "conf.py:AUTHORITATIVE", "another server's client is not refused"
    assert not ask(at, reboot, known=True).drop
    assert not ask(at, reboot, lease="10.0.0.9").drop
    at.conf.world.config.AUTHORITATIVE = True  # type: ignore[attr-defined]
    assert ask(at, reboot).refuse


def test_the_old_signature_sets_options_by_name() -> None:
    at = site("old")
    said = {"60": "AastraIPPhone57i", "55": "1, 3, 60, 66, 67"}
    answer = talk(at, octets(DISCOVER, "00:08:5d:2e:ec:fb", said))
    assert isinstance(answer, Message)
    assert answer.yiaddr == number("10.0.0.57")
    assert answer.options[60] == b"PXEClient"
    assert answer.options[66] == b"boot.example.org"
    assert answer.options[67] == b"00085D2EECFB.cfg"
    assert answer.options[51] == (300).to_bytes(4)


def test_the_old_signature_has_vendor_options_and_pxe() -> None:
    said = {"60": "x", "93": "7", "125.3561.1": "hex:00085D"}
    answer = talk(site("old"), octets(DISCOVER, "00:08:5d:2e:ec:fb", said), port=4011)
    assert isinstance(answer, Message)
    assert answer.options[15] == repr(((3561, ((1, b"\x00\x08\x5d"),)),)).encode()
    assert answer.options[17] == b"[7] phones 10.0.0.57"


def test_renewals_are_refused_while_the_site_rolls_out() -> None:
    at = site("renumber")
    renewal = octets(REQUEST, FIVE, ciaddr="10.0.0.5")
    assert ask(at, renewal, unicast=True).refuse
    assert not ask(at, renewal).refuse, "a client that asks everybody is refused by authorities only"


def test_the_site_is_told_each_second_each_packet_and_on_reload() -> None:
    at = site("renumber")
    conf = vars(at.conf.module)
    at.tick()
    assert conf["ticks"] == [1]
    at.reinitialise()
    assert conf["ticks"] == []
    answer = octets(DISCOVER, FIVE)
    ask(at, answer)
    at.answer(_script(answer))
    (row,) = conf["told"]
    assert (row.mac, row.method, row.processed, row.port) == (FIVE, "DISCOVER", True, 67)


def _script(query: bytes) -> Asked:
    written = reply.reply(read(query), OFFER, number(SERVER), yiaddr=number("10.0.0.5"), lease_time=60)
    return Asked(2, SCRIPT, (0,), "eth0", (SERVER,), "", 67, False, "lan", False, query, "", None, written)


@pytest.mark.parametrize(
    ("kind", "said", "ciaddr", "unicast", "heard"),
    [
        (DISCOVER, {"50": "10.0.0.9"}, "0.0.0.0", False, ("DISCOVER", None)),
        (REQUEST, {"50": "10.0.0.9", "54": SERVER}, "0.0.0.0", False, ("REQUEST:SELECTING", "10.0.0.9")),
        (REQUEST, {"50": "10.0.0.9"}, "0.0.0.0", False, ("REQUEST:INIT-REBOOT", "10.0.0.9")),
        (REQUEST, {}, "10.0.0.9", True, ("REQUEST:RENEW", None)),
        (REQUEST, {}, "10.0.0.9", False, ("REQUEST:REBIND", None)),
        (INFORM, {}, "10.0.0.9", False, ("INFORM", "10.0.0.9")),
        (RELEASE, {"54": SERVER}, "10.0.0.9", True, ("RELEASE", "10.0.0.9")),
        (DECLINE, {"54": SERVER, "50": "10.0.0.9"}, "0.0.0.0", False, ("DECLINE", "10.0.0.9")),
        (REQUEST, {"50": "10.0.0.9", "54": "10.0.0.2"}, "0.0.0.0", False, None),
        (RELEASE, {"54": "10.0.0.2"}, "10.0.0.9", True, None),
    ],
)
def test_a_hook_hears_each_message_by_its_method(
    kind: int, said: dict[str, str], ciaddr: str, unicast: bool, heard: tuple[str, str | None] | None
) -> None:
    at = site("watcher")
    ask(at, octets(kind, FIVE, said, ciaddr=ciaddr), unicast=unicast)
    rows = vars(at.conf.module)["heard"]
    if heard is None:
        assert rows == [], "it is another server's"
    else:
        assert rows == [(heard[0], FIVE, heard[1], None, 67)]


def test_a_site_concerns_what_it_has_hooks_for() -> None:
    assert [hook.name for hook in site("guests").hooks] == [
        "conf.py:filterPacket",
        "conf.py:handleUnknownMAC",
        "conf.py:loadDHCPPacket",
    ]
    assert [hook.kind for hook in site("recipes").hooks] == [SEEN, ANSWER]
    assert [hook.name for hook in site("watcher").hooks] == ["conf.py:filterPacket", "conf.py:handleUnknownMAC"]


def test_a_reply_that_nobody_changes_stays_as_it_is() -> None:
    at = site("guests")
    query = octets(DISCOVER, "ff:00:00:00:00:01")
    assert at.answer(_script(query)).reply == b"", "a client of our own pools, whom no hook greets"


def test_the_conf_of_the_manual_page_serves_a_guest(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/howto/staticdhcpd.md").read_text()
    text = page.partition("```python conf.py\n")[2].partition("```")[0]
    (tmp_path / "conf.py").write_text(text)
    at = Site.of(tmp_path / "conf.py")
    answer = talk(at, octets(DISCOVER, "ee:00:00:00:00:01", {"60": "PXEClient:Arch:00007", "55": "1, 3"}))
    assert isinstance(answer, Message)
    assert (answer.yiaddr, answer.options[67]) == (number("10.0.0.100"), b"pxelinux.0")
    assert answer.options[58] == answer.options[59] == (292).to_bytes(4)
