"""A code that a phone dials, from the dialplan's line to its new file, against a running daemon."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterator

import pytest
from tests.whole.daemon import CEILING, LOOPBACK, Daemon, free_port, wait_until
from tests.whole.explain.handset import Handset

from ringboot.cli.client import Client
from ringboot.cli.exits import BUSY, Failure

CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.50"]
[agi]
listen = "127.0.0.1:{agi}"
"""
)
DEVICES = {"one": "127.79.1.1", "two": "127.79.1.2", "three": "127.79.1.2"}


class Site(Daemon):
    """A daemon whose ports we know."""

    dhcp = http = agi = 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    dhcp, http, agi = free_port(), free_port(), free_port()
    config = CONFIG.format(dhcp=dhcp, tftp=free_port(), http=http, agi=agi)
    site = Site(tmp_path_factory.mktemp("codes"), config)
    site.dhcp, site.http, site.agi = dhcp, http, agi
    with site:
        yield site


def dial(port: int, code: str, address: str) -> dict[str, str]:
    """Call as Asterisk does; gives the variables that were set."""
    answers = {"CHANNEL(pjsip,remote_addr)": f"{address}:5060", "PJSIP_HEADER(read,Contact)": f"<sip:x@{address}>"}
    told = {}
    with socket.create_connection(("127.0.0.1", port), timeout=30) as call, call.makefile("rw", newline="\n") as line:
        line.write(f"agi_network_script: provision\nagi_type: PJSIP\nagi_arg_1: {code}\n\n")
        line.flush()
        for command in line:
            verb, _, name, *value = command.split(maxsplit=3)
            if verb == "GET":
                line.write(f"200 result=1 ({answers[name]})\n")
            else:
                told[name] = value[0].strip().strip('"')
                line.write("200 result=1\n")
            line.flush()
    return told


def test_the_right_device_and_no_guess(site: Site) -> None:
    agi = site.agi
    site.run("settings", "set", "NAT", "1")
    for number, (ident, address) in enumerate(DEVICES.items(), start=1):
        site.run(
            "device", "add", "--id", ident, "--mac", f"00:08:5d:2e:ec:{number:02x}", "--ip", address,
            "--plugin", "aastra", "--model", "6731i",
        )  # fmt: skip
    site.run("settings", "set", "NAT", "0")
    site.run("config", "add", "ann", "--parent", "base", "--code", "417263", "sip_lines.1.username=u1042")
    assert site.json("config", "show", "ann")["code"] == "417263"
    assert dial(agi, "417263", "127.79.1.2") == {
        "RINGBOOT_RESULT": "failed", "RINGBOOT_REASON": "code-several", "RINGBOOT_SYNC": "",
    }  # fmt: skip
    assert dial(agi, "417263", "127.79.1.1") == {
        "RINGBOOT_RESULT": "done", "RINGBOOT_REASON": "code-used", "RINGBOOT_SYNC": "1",
    }  # fmt: skip
    assert site.get("devices", "one")["config"] == "ann"
    served = site.data / "plugins/aastra/var/tftpboot/Aastra/00085D2EEC01.cfg"
    assert "u1042" in served.read_text()

    api = Client([site.socket])
    with_contact = {"code": "417263", "contact": "<sip:x@127.79.1.1>"}
    answer = api.post("provision", body={**with_contact, "sync": False})
    assert (answer["device"], answer["sync"]) == ("one", None)
    for _ in range(5):
        assert dial(agi, "000000", "127.79.1.1")["RINGBOOT_REASON"] == "code-unknown"
    assert dial(agi, "417263", "127.79.1.1")["RINGBOOT_REASON"] == "code-limited", "the right one, too"
    with pytest.raises(Failure) as caught:
        api.post("provision", body={**with_contact, "address": "127.79.1.1"})
    assert caught.value.code == BUSY
    api.close()
    numbers = [row for row in site.json("metrics")["items"] if row["name"] == "codes"]
    rows = {row["labels"]["reason"]: row["value"] for row in numbers}
    assert rows == {"code-several": 1, "code-used": 2, "code-unknown": 5, "code-limited": 2}


class Phone:
    """Hears SIP at a phone's address; whom it does not know by the account that it registers by, it asks who it is."""

    def __init__(self, address: str, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(CEILING)
        self._socket.bind((address, port))

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def hear(self, user: str, password: str) -> str:
        """Challenge a NOTIFY, and take the next one when it knows the account; gives its event."""
        self._answer("401 Unauthorized", 'WWW-Authenticate: Digest realm="phone", nonce="n1", algorithm=MD5\r\n')
        text = self._answer("200 OK", "")
        said = dict(
            re.findall(r'(\w+)="([^"]*)"', re.findall(r"^Authorization: Digest (.*)\r$", text, re.MULTILINE)[0])
        )
        own, asked = (_md5(each) for each in (f"{user}:phone:{password}", f"NOTIFY:{said['uri']}"))
        assert (said["username"], said["response"]) == (user, _md5(f"{own}:n1:{asked}"))
        return str(re.findall(r"^Event: (.*)\r$", text, re.MULTILINE)[0])

    def _answer(self, line: str, more: str) -> str:
        data, peer = self._socket.recvfrom(4096)
        text = data.decode()
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq): .*\r\n", text, re.MULTILINE)
        self._socket.sendto(f"SIP/2.0 {line}\r\n{''.join(kept)}{more}Content-Length: 0\r\n\r\n".encode(), peer)
        return text


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_the_phone_is_told_by_the_account_that_it_still_has_and_fetches(site: Site) -> None:
    handset = Handset("aastra", "6731i", 9, relay="127.79.0.2", dhcp=site.dhcp)
    address = handset.obtain("127.79.1.9")
    wait_until(lambda: site.get("explain", handset.mac)["files"], "its files")
    before = site.json("config", "show", site.get("devices", handset.mac)["config"], "--secrets")
    line = before["raw_config"]["sip_lines"]["1"]
    user = ("sip_lines.1.username=u1043", "sip_lines.1.password=x9")
    site.run("config", "add", "ben", "--parent", "base", "--code", "550011", *user)
    port = free_port()
    site.run("settings", "set", "sip_port", str(port))
    with Phone(address, port) as phone:
        told = dial(site.agi, "550011", address)
        assert phone.hear(line["username"], line["password"]) == "check-sync"
    got = handset.fetch(f"http://127.0.0.1:{site.http}/Aastra/{{MAC}}.cfg")
    assert b"u1043" in (got.body or b"")
    job = told["RINGBOOT_SYNC"]
    wait_until(
        lambda: site.get("syncs", job)["done"] == 1, "the job to be done", say=lambda: str(site.get("syncs", job))
    )
