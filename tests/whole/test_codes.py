"""A code that a phone dials, from the dialplan's line to its new file, against a running daemon."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port

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


def test_the_right_device_and_no_guess(tmp_path: Path) -> None:
    agi = free_port()
    with Daemon(tmp_path, CONFIG.format(dhcp=free_port(), tftp=free_port(), http=free_port(), agi=agi)) as site:
        site.run("settings", "set", "NAT", "1")
        for number, (ident, address) in enumerate(DEVICES.items(), start=1):
            site.run(
                "device", "add", "--id", ident, "--mac", f"00:08:5d:2e:ec:{number:02x}", "--ip", address,
                "--plugin", "aastra", "--model", "6731i",
            )  # fmt: skip
        site.run("settings", "set", "NAT", "0")
        site.run("config", "add", "ann", "--parent", "base", "--code", "417263", "sip_lines.1.username=u1042")
        assert site.json("config", "show", "ann")["code"] == "417263"
        assert dial(agi, "417263", "127.79.1.2") == {"RINGBOOT_RESULT": "failed", "RINGBOOT_REASON": "code-several"}
        assert dial(agi, "417263", "127.79.1.1") == {"RINGBOOT_RESULT": "done", "RINGBOOT_REASON": "code-used"}
        assert site.get("devices", "one")["config"] == "ann"
        served = site.data / "plugins/aastra/var/tftpboot/Aastra/00085D2EEC01.cfg"
        assert "u1042" in served.read_text()

        api = Client([site.socket])
        with_contact = {"code": "417263", "contact": "<sip:x@127.79.1.1>"}
        assert api.post("provision", body=with_contact)["device"] == "one"
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
