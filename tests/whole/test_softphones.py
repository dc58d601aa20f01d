"""Real softphones fetch from a whole daemon by their secret URL, and register with the password they were given."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.daemon import Daemon
from tests.whole.lab import SERVER, Lab, needs

pytestmark = [*needs("sipp", "curl"), pytest.mark.long]
CONFIG = f"""\
[server]
data = "DATA"
api_socket = "SOCKET"
address = "{SERVER}"
[http]
listen = "{SERVER}:8667"
[https]
listen = "{SERVER}:8668"
[dhcp]
interfaces = ["s0"]
[[dhcp.network]]
subnet = "10.9.0.0/24"
"""
REGISTRAR = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registrar">
<recv request="REGISTER"/>
<send><![CDATA[
SIP/2.0 401 Unauthorized
HEAD
WWW-Authenticate: Digest realm="office", nonce="47ebe028cda119c35d4877b383027d28", algorithm=MD5
Content-Length: 0

]]></send>
<recv request="REGISTER"><action><verifyauth assign_to="right" username="ann" password="PASSWORD"/></action></recv>
<nop test="right" next="fine"/>
<recv request="BYE" timeout="1"/>
<label id="fine"/>
<send><![CDATA[
SIP/2.0 200 OK
HEAD
[last_Contact:]
Expires: 600
Content-Length: 0

]]></send>
</scenario>
""".replace("HEAD", "[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n[last_CSeq:]")


class Desk(Daemon):
    """A daemon in a namespace, and the programs that run beside it."""

    lab: Lab

    def registered(self, password: str, command: list[str]) -> None:
        """Run a softphone until the registrar has seen this password."""
        (self.folder / "registrar.xml").write_text(REGISTRAR.replace("PASSWORD", password))
        sipp = ["sipp", "-sf", "registrar.xml", "-i", SERVER, "-p", "5090", "-m", "1", "-timeout", "60", "-nostdin"]
        inside = ["ip", "netns", "exec", self.lab.server]
        environment = {**os.environ, "HOME": str(self.folder)}
        log = self.folder / "phone.log"
        with log.open("wb") as file, subprocess.Popen(
            [*inside, *sipp], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as registrar, subprocess.Popen(
            [*inside, *command], cwd=self.folder, env=environment, stdin=subprocess.PIPE, stdout=file, stderr=file
        ) as phone:  # fmt: skip
            try:
                said, _ = registrar.communicate(timeout=70)
            finally:
                phone.send_signal(signal.SIGKILL)
        assert registrar.returncode == 0, (
            said.decode(errors="replace")[-2000:] + log.read_text(errors="replace")[-2000:]
        )

    def url(self, device: str, scheme: str = "http") -> str:
        """Give its secret URL."""
        return str(self.json("device", "url", device)[scheme])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("softphones")
    (folder / ".local/share/linphone").mkdir(parents=True)
    with Lab(folder) as lab:
        lab.machine()  # somebody at the other end of the wire, so that the softphones find the network up
        lab.ip_there(lab.server, "route add default via 10.9.0.254")
        daemon = Desk(folder, CONFIG, lab.server)
        daemon.lab = lab
        with daemon:
            daemon.run(
                "config", "add", "ann", "--parent", "base", "sip_lines.1.username=ann", "sip_lines.1.password=one",
                f"sip_lines.1.proxy_ip={SERVER}", "sip_lines.1.proxy_port:=5090",
            )  # fmt: skip
            for plugin in ("linphone", "baresip"):
                daemon.run("device", "add", "--id", f"ann-{plugin}", "--plugin", plugin, "--use-config", "ann")
            yield daemon


@pytest.mark.skipif(shutil.which("linphone-daemon") is None, reason="linphone-cli is not installed")
def test_linphone_registers_and_reads_the_changed_file_at_its_next_start(desk: Desk) -> None:
    own = desk.folder / "linphonerc"
    own.write_text(f"[misc]\nconfig-uri={desk.url('ann-linphone')}\n")
    command = ["linphone-daemon", "--config", str(own)]
    desk.registered("one", command)
    desk.run("config", "set", "ann", "sip_lines.1.password=two")
    desk.registered("two", command)


@pytest.mark.skipif(shutil.which("linphone-daemon") is None, reason="linphone-cli is not installed")
def test_linphone_fetches_by_https_when_it_knows_our_authority(desk: Desk) -> None:
    desk.run("config", "set", "ann", "sip_lines.1.password=four")
    own, ca = desk.folder / "over-tls", desk.folder / "ca.crt"
    ca.write_text(desk.run("tls", "ca").stdout)
    own.write_text(f"[misc]\nconfig-uri={desk.url('ann-linphone', 'https')}\n[sip]\nroot_ca={ca}\n")
    desk.registered("four", ["linphone-daemon", "--config", str(own)])


@pytest.mark.skipif(shutil.which("baresip") is None, reason="baresip is not installed")
def test_baresip_registers_from_its_accounts(desk: Desk, tmp_path: Path) -> None:
    desk.run("config", "set", "ann", "sip_lines.1.password=th;r ee")
    url = desk.url("ann-baresip")
    for name in ("accounts", "contacts"):
        fetch = ["ip", "netns", "exec", desk.lab.server, "curl", "-sSf", "-o", str(tmp_path / name), url + name]
        subprocess.run(fetch, check=True)
    (tmp_path / "config").write_text(
        "module_path /usr/lib/baresip/modules\nmodule g711.so\nmodule_app account.so\nmodule_app menu.so\n"
    )
    desk.registered("th;r ee", ["baresip", "-f", str(tmp_path)])
