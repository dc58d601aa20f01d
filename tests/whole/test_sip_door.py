"""Phones dial their code at the SIP door of a whole daemon, without a telephone system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until

CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.86.0.0/16"
pools = ["127.86.1.1-127.86.1.50"]
[sip]
listen = "127.0.0.1:{sip}"
"""
)
DEVICES = {"one": "127.86.1.1", "two": "127.86.1.2", "three": "127.86.1.3", "four": "127.86.1.4"}
_HEAD = """\
Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=[branch]
From: <sip:USER@[remote_ip]>;tag=[pid]-[call_number]
To: <sip:TO@[remote_ip]>TAG
Call-ID: [call_id]
CSeq: NUMBER METHOD
Contact: <sip:USER@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
"""
_OFFER = """\
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 4000 RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""


def request(method: str, uri: str, number: int, *, auth: bool = False, tag: bool = False) -> str:
    head = _HEAD.replace("NUMBER", str(number)).replace("METHOD", method).replace("TAG", "[peer_tag_param]" * tag)
    proof = "[authentication username=USER password=PASSWORD]\n" * auth
    rest = _OFFER if method == "INVITE" else "Expires: 600\nContent-Length: 0\n\n"
    return f"<send><![CDATA[\n{method} {uri} SIP/2.0\n{head}{proof}{rest}\n]]></send>\n"


RIGHT = f"""\
<recv response="100" optional="true"/><recv response="200"/>
{request("ACK", "sip:TO@[remote_ip]:[remote_port]", 4, tag=True)}
<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
"""
WRONG = f"""\
<recv response="100" optional="true"/><recv response="404"/>
{request("ACK", "sip:TO@[remote_ip]:[remote_port]", 4, tag=True)}
"""


def scenario(end: str) -> str:
    """Register, then dial, each behind a challenge."""
    register, code = "sip:[remote_ip]:[remote_port]", "sip:TO@[remote_ip]:[remote_port]"
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="phone">\n'
        f'{request("REGISTER", register, 1)}<recv response="401" auth="true"/>\n'
        f'{request("REGISTER", register, 2, auth=True)}<recv response="200"/>\n'
        f'{request("INVITE", code, 3)}<recv response="401" auth="true"/>\n'
        f"{request('ACK', code, 3, tag=True)}"
        f"{request('INVITE', code, 4, auth=True)}{end}</scenario>\n"
    )


class Site(Daemon):
    """A daemon whose SIP port we know."""

    sip = 0

    def account(self, device: str) -> tuple[str, str]:
        """Give name and password of the account that a device has before somebody assigns it."""
        config = self.json("config", "show", self.get("devices", device)["config"], "--secrets")
        line: dict[str, Any] = config["raw_config"]["sip_lines"]["1"]
        return line["username"], line["password"]

    def door(self) -> dict[str, int]:
        """Give what phones asked at the door, by reason."""
        rows = self.json("metrics")["items"]
        return {row["labels"]["reason"]: row["value"] for row in rows if row["name"] == "sip_door"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    sip = free_port()
    dhcp, http, tftp = free_port(), free_port(), free_port()
    daemon = Site(tmp_path_factory.mktemp("door"), CONFIG.format(dhcp=dhcp, http=http, tftp=tftp, sip=sip))
    daemon.sip = sip
    with daemon:
        for number, (ident, address) in enumerate(DEVICES.items(), start=1):
            daemon.run(
                "device", "add", "--id", ident, "--mac", f"00:08:5d:2e:ec:{number:02x}", "--ip", address,
                "--plugin", "aastra", "--model", "6731i",
            )  # fmt: skip
        for name, code in (("ann", "417263"), ("bob", "550011"), ("eve", "600613")):
            daemon.run("config", "add", name, "--parent", "base", "--code", code, f"sip_lines.1.username={name}-line")
        yield daemon


def sipp(site: Site, device: str, code: str, end: str, *more: str) -> subprocess.Popen[bytes]:
    """Let sipp be a phone that registers and dials."""
    username, password = site.account(device)
    words = {"USER": username, "PASSWORD": password, "TO": code}
    text = scenario(end)
    for word, value in words.items():
        text = text.replace(word, value)
    file = site.folder / f"{device}.xml"
    file.write_text(text)
    # Left alone, sipp proves the address of who is asked, not what is asked for.
    place = ("-i", DEVICES[device], "-p", str(free_port()), "-auth_uri", f"{code}@127.0.0.1:{site.sip}")
    command = [
        "sipp",
        "-sf",
        str(file),
        *place,
        "-m",
        "1",
        "-timeout",
        "60",
        "-nostdin",
        *more,
        f"127.0.0.1:{site.sip}",
    ]
    return subprocess.Popen(
        command, cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    )


@pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed")
def test_sipp_dials_a_code_and_a_wrong_one(site: Site) -> None:
    with sipp(site, "one", "417263", RIGHT) as right, sipp(site, "two", "999999", WRONG, "-t", "t1") as wrong:
        for phone in (right, wrong):
            said, _ = phone.communicate(timeout=60)
            assert phone.returncode == 0, said.decode(errors="replace")[-3000:]
    assert site.get("devices", "one")["config"] == "ann"
    assert "ann-line" in (site.data / "plugins/aastra/var/tftpboot/Aastra/00085D2EEC01.cfg").read_text()
    assert site.get("devices", "two")["config"] not in ("ann", "bob")
    assert [job["who"] for job in site.json("sync", "list")["items"]] == ["a code by the SIP door"]
    wait_until(lambda: site.door().get("sip-ended") == 1, "the call to be ended")
    assert (site.door()["sip-registered"], site.door()["sip-challenged"]) == (2, 4)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("baresip") is None, reason="baresip is not installed")
def test_baresip_dials_a_code_and_becomes_its_user(site: Site, tmp_path: Path) -> None:
    username, password = site.account("three")
    address = f"{DEVICES['three']}:{free_port()}"
    modules = "module_path /usr/lib/baresip/modules\nmodule g711.so\nmodule_app account.so\nmodule_app menu.so\n"
    (tmp_path / "config").write_text(f"sip_listen {address}\n{modules}")
    account = f"<sip:{username}@127.0.0.1:{site.sip}>;auth_user={username};auth_pass={password};regint=60\n"
    (tmp_path / "accounts").write_text(account)
    with (tmp_path / "log").open("wb") as log:
        command = ["baresip", "-f", str(tmp_path), "-e", "/dial 550011", "-v"]
        phone = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        before = site.door().get("sip-ended", 0)
        said = lambda: "\n" + (tmp_path / "log").read_text(errors="replace")[-3000:]  # noqa: E731
        wait_until(lambda: site.get("devices", "three")["config"] == "bob", "the phone to become Bob's", say=said)
        wait_until(lambda: site.door().get("sip-ended", 0) == before + 1, "its call to be ended", say=said)
    finally:
        phone.kill()
        phone.wait()


LINPHONE = """\
[sip]
bind_address={address}
sip_port={port}
sip_tcp_port=0
sip_tls_port=0
default_proxy=0
register_only_when_network_is_up=0
auto_net_state_mon=0
[proxy_0]
reg_proxy=<sip:127.0.0.1:{door};transport=udp>
reg_identity=<sip:{username}@127.0.0.1>
reg_expires=60
reg_sendregister=1
[auth_info_0]
username={username}
passwd={password}
"""


@pytest.mark.long
@pytest.mark.skipif(shutil.which("linphonec") is None, reason="linphonec is not installed (tests/install-clients)")
def test_linphone_dials_a_code_and_becomes_its_user(site: Site, tmp_path: Path) -> None:
    username, password = site.account("four")
    words = {"address": DEVICES["four"], "port": free_port(), "door": site.sip}
    (tmp_path / ".local/share/linphone").mkdir(parents=True)  # where it keeps its calls
    (tmp_path / "linphonerc").write_text(LINPHONE.format(username=username, password=password, **words))
    command = ["linphonec", "-c", str(tmp_path / "linphonerc"), "-d", "6", "-l", str(tmp_path / "log")]
    with (tmp_path / "said").open("wb") as said:
        phone = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=said, stderr=said, env={**os.environ, "HOME": str(tmp_path)}
        )

    def tail() -> str:
        return "".join(f"\n{(tmp_path / name).read_text(errors='replace')[-3000:]}" for name in ("said", "log"))

    assert phone.stdin is not None
    try:
        before = site.door()
        register = before.get("sip-registered", 0) + 1
        wait_until(lambda: site.door().get("sip-registered", 0) >= register, "it to register", say=tail)
        phone.stdin.write(f"soundcard use files\ncall sip:600613@127.0.0.1:{site.sip}\n".encode())
        phone.stdin.flush()
        wait_until(lambda: site.get("devices", "four")["config"] == "eve", "the phone to become Eve's", say=tail)
        ended = before.get("sip-ended", 0) + 1
        wait_until(lambda: site.door().get("sip-ended", 0) == ended, "its call to be ended", say=tail)
    finally:
        phone.kill()
        phone.communicate()
