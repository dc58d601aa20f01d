"""A conf.py of staticDHCPd in the process of scripts, asked as dhcp asks it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.scripting.peers import CONFIGURATION, Scripts, asked, asked_of_reply

from ringboot.dhcp.message import ACK, NAK, OFFER, decode
from ringboot.model.scripting import Given

CONF = """\
UID = GID = 0
DHCP_SERVER_IP = '10.0.0.2'
WEB_IP = '127.0.0.1'
DATABASE_ENGINE = None

def init():
    global _pool
    import staticDHCPd_extensions.dynamism as dynamism
    _pool = dynamism.DynamicPool('guest', 0, 300, 'dynamic')
    _pool.add_ips(['10.0.0.101', '10.0.0.102'], arp_addresses=False)
    callbacks.webAddMethod('/leases.csv', _pool.show_leases_csv)
    callbacks.webAddMethod('/broken', lambda *_: 1 / 0)
    callbacks.webAddMethod('/endless', lambda *_: [0 for _ in iter(int, 1)])

def filterPacket(packet, method, mac, client_ip, relay_ip, port):
    if packet.getOption('hostname', convert=True) == 'loop':
        while True:
            pass
    return packet.getOption('hostname', convert=True) != 'never'

def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    writeLog('a visitor: %s' % mac)
    return _pool.handle(method, packet, mac, client_ip)

def loadDHCPPacket(packet, mac, client_ip, relay_ip, subnet, serial, pxe, vendor):
    if vendor[1] == 'Example 57i':
        packet.setOption('vendor_class_identifier', 'PXEClient')
        packet.setOption('tftp_server_name', 'boot.example.org')
        packet.setOption('bootfile_name', 'x.cfg')
    if vendor[1] == 'nak':
        packet.transformToDHCPNakPacket()
    if vendor[1] == 'raise':
        raise KeyError('vendor')
    return vendor[1] != 'silent'
"""
FILTER, UNKNOWN, LOAD = 0, 1, 2


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    folder = tmp_path_factory.mktemp("conf")
    (folder / "conf.py").write_text(CONF)
    made = Scripts(folder, "", CONFIGURATION.replace('scripts = ["rules.py"]', 'conf = "conf.py"')).start()
    yield made
    made.close()


def test_its_hooks_are_hooks_among_others(scripts: Scripts) -> None:
    hello = scripts.peer("dhcp").hello()
    assert [(hook.kind, hook.name) for hook in hello.hooks] == [
        ("seen", "conf.py:filterPacket"), ("seen", "conf.py:handleUnknownMAC"), ("answer", "conf.py:loadDHCPPacket"),
        ("timer", "conf.py:tick"),
    ]  # fmt: skip


def test_a_message_is_dropped_or_its_client_served(scripts: Scripts) -> None:
    dhcp = scripts.peer("dhcp")
    assert dhcp.one(asked(1, FILTER, UNKNOWN, o12=b"never")).drop == "conf.py:filterPacket"
    told = dhcp.one(asked(2, FILTER, UNKNOWN))
    assert told.given == Given(
        "conf.py:handleUnknownMAC", address="10.0.0.101", lease_time=300, t1=292, t2=292, hostname="dynamic-10-0-0-101"
    )
    assert [row["text"] for row in scripts.lines("script says")] == ["a visitor: 00:08:5d:2e:ec:fb"]
    ours = Given("here", address="10.0.0.5")
    assert dhcp.one(asked(3, FILTER, UNKNOWN, given=ours)).given is None, "a reservation of ours stays"


def test_the_reply_is_changed_refused_or_kept_back(scripts: Scripts) -> None:
    dhcp = scripts.peer("dhcp")
    reply = decode(dhcp.one(asked_of_reply(1, LOAD, o60=b"Example 57i")).reply)
    assert (reply.options[60], reply.options[66], reply.options[67]) == (  # type: ignore[union-attr]
        b"PXEClient", b"boot.example.org", b"x.cfg",
    )  # fmt: skip
    refused = decode(dhcp.one(asked_of_reply(2, LOAD, kind=ACK, o60=b"nak")).reply)
    assert (refused.kind, refused.yiaddr) == (NAK, 0)  # type: ignore[union-attr]
    assert dhcp.one(asked_of_reply(3, LOAD, kind=OFFER, o60=b"silent")).drop == "conf.py:loadDHCPPacket"
    assert dhcp.one(asked_of_reply(4, LOAD, o60=b"other")).reply == b""


def test_what_fails_is_told_with_its_hook_and_traceback(scripts: Scripts) -> None:
    dhcp = scripts.peer("dhcp")
    assert dhcp.one(asked_of_reply(1, LOAD, o60=b"raise")).failed == "conf.py:loadDHCPPacket: KeyError: 'vendor'"
    assert dhcp.one(asked(2, FILTER, o12=b"loop")).failed == "conf.py:filterPacket: it took longer than 250 ms"
    row = scripts.lines("hook failed")[0]
    assert row["at"].startswith("conf.py:")
    assert "conf.py" in row["traceback"]
    assert "staticdhcpd/site.py" not in row["traceback"]


def test_main_may_ask_for_its_pages(scripts: Scripts) -> None:
    main = scripts.peer("main")

    def asked_for(path: str) -> dict[str, Any]:
        return main.question("web", {"path": path, "query": {}})

    answer = asked_for("/leases.csv")
    assert (answer["ok"], answer["data"]["status"], answer["data"]["type"]) == (True, 200, "text/csv")
    assert base64.b64decode(answer["data"]["data"]).startswith(b"ip,mac,expiration")
    assert asked_for("/nowhere")["data"]["status"] == 404
    assert b"<title>staticDHCPd</title>" in base64.b64decode(asked_for("/")["data"]["data"])
    for path, why in (("/broken", b"web: ZeroDivisionError: division by zero"), ("/endless", b"web: it took longer")):
        failed = asked_for(path)["data"]
        assert failed["status"] == 500
        assert base64.b64decode(failed["data"]).startswith(why)


def test_hosts_that_answer_to_arp_become_leases_of_their_network(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF.replace(", arp_addresses=False", ""))
    made = Scripts(tmp_path, "", CONFIGURATION.replace('scripts = ["rules.py"]', 'conf = "conf.py"')).start()
    try:
        dhcp = made.peer("dhcp")
        scan = dhcp.take("scan")
        assert scan["addresses"] == ["10.0.0.101", "10.0.0.102"]
        hits = {"10.0.0.101": "02:00:00:00:00:07"}
        dhcp.send({"t": "scanned", "id": scan["id"], "hits": hits, "cannot": ""})
        seed = dhcp.take("seed")
        (row,) = seed["rows"]
        assert 290 <= row.pop("seconds") <= 300
        assert row == {"network": "phones", "address": "10.0.0.101", "mac": "02:00:00:00:00:07", "hostname": ""}
        dhcp.send({"t": "seeded", "id": seed["id"], "refused": {"10.0.0.101": "it is leased"}})
        said = made.until(lambda: made.lines("script says"), "the refusal")
        assert said[0]["text"] == "no lease for 10.0.0.101, which somebody uses: it is leased"
        told = dhcp.one(asked(1, FILTER, UNKNOWN))
        assert told.given is not None
        assert told.given.address == "10.0.0.102"
    finally:
        made.close()


SOURCE = """\
[[dhcp.source]]
name = "file"
kind = "ini"
file = "dhcp.ini"
"""
INI = "[s|0]\nlease-time: 60\n" + "".join(
    f"[{mac}]\nip: 10.0.0.{last}\nsubnet: s\nserial: 0\n"
    for mac, last in (("00:08:5d:2e:ec:fb", 8), ("00:08:5d:2e:ec:fc", 9))
)


def test_what_it_gives_comes_before_foreign_sources_and_it_is_named_in_the_status(tmp_path: Path) -> None:
    handler = "def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):\n"
    given = "    from staticdhcpdlib.databases.generic import Definition\n    return "
    (tmp_path / "conf.py").write_text(
        handler + given + "Definition('10.0.0.7', 60, 's', 0) if packet.getOption('hostname') else None\n"
    )
    (tmp_path / "dhcp.ini").write_text(INI)
    made = Scripts(tmp_path, "", CONFIGURATION.replace('scripts = ["rules.py"]', 'conf = "conf.py"') + SOURCE).start()
    try:
        dhcp = made.peer("dhcp")
        ours, theirs = dhcp.one(asked(1, 0, 1, o12=b"named")), dhcp.one(asked(2, 0, 1))
        assert ours.given is not None
        assert theirs.given is not None
        assert (ours.given.address, theirs.given.address) == ("10.0.0.7", "10.0.0.8")
        assert made.peer("main").question("status")["data"]["scripts"] == [str(tmp_path / "conf.py")]
    finally:
        made.close()


def test_settings_that_stand_elsewhere_now_are_told(scripts: Scripts) -> None:
    said = [row["what"] for row in scripts.lines("setting of staticDHCPd")]
    assert "DHCP_SERVER_IP: set in ringboot.toml: [server] address and [dhcp] interfaces" in said


def test_a_conf_that_cannot_be_read_ends_the_process_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("UID = GID = 0\n\ndef init():\n    raise RuntimeError('no pool')\n")
    made = Scripts(tmp_path, "", CONFIGURATION.replace('scripts = ["rules.py"]', 'conf = "conf.py"')).start()
    try:
        (row,) = made.lines("script cannot be used")
        assert row["why"] == "conf.py:4: RuntimeError: no pool"
        assert made.process is not None
        assert made.process.wait() == 3
    finally:
        made.close()
