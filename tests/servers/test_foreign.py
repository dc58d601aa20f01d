"""Another DHCP server on a real wire, in a network namespace of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringboot.servers.foreign import CannotLook, find_foreign

# Runs inside a fresh namespace: a wire (veth), two servers that answer on its other end, and the question.
SCRIPT = """
import asyncio, json, socket, subprocess, sys, time
from ringboot.dhcp import reply
from ringboot.dhcp.message import OFFER, decode
from ringboot.model.address import ip_number
from ringboot.servers.foreign import find_foreign

def ip(text):
    subprocess.run(["ip", *text.split()], check=True)

ip("link add near type veth peer name far")
for name in ("lo", "near", "far"):
    ip(f"link set {name} up")
ip("address add 10.0.0.1/24 dev far")
end = time.monotonic() + 20
while "state UP" not in subprocess.run(["ip", "link", "show", "near"], capture_output=True, text=True).stdout:
    assert time.monotonic() < end, "the wire does not come up"

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"far")
server.bind(("", 67))
server.setblocking(False)

async def serve():
    query = decode(await asyncio.get_running_loop().sock_recv(server, 4096))
    for us in ("10.0.0.1", "10.0.0.2"):
        data = reply.reply(query, OFFER, ip_number(us), yiaddr=ip_number("10.0.0.77"), lease_time=60)
        server.sendto(data, ("255.255.255.255", 68))

async def both():
    found, _ = await asyncio.gather(find_foreign("near", {"10.0.0.2"}, 1.0), serve())
    print(json.dumps(found))

asyncio.run(asyncio.wait_for(both(), 20))
server.close()
"""


@pytest.mark.root
def test_a_server_that_answers_is_found_and_our_own_is_not(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("needs root and network namespaces")
    script = tmp_path / "wire.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-W", "error", str(script)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout == '[["10.0.0.1", "near"]]\n'


def test_an_interface_that_is_not_there_is_said() -> None:
    with pytest.raises(
        CannotLook, match=r"^cannot look for other DHCP servers on nowhere9: (No such device|that needs)"
    ):
        asyncio.run(find_foreign("nowhere9", set(), 0.1))
