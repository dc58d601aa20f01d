"""The process of scripts for tests: real, on a socket of its own, with us as dhcp and as main."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ringboot.dhcp.message import ACK, DISCOVER, OFFER, REQUEST, Message, encode
from ringboot.host.start import Start, to_environment
from ringboot.model import codec
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.scripting import RESERVATION_OF, SCRIPT, Asked, Given, Hello, Told

MAC = bytes.fromhex("00085d2eecfb")
CONFIGURATION = """\
[server]
data = "data"
[dhcp]
interfaces = ["lo"]
scripts = ["rules.py"]
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/24"
pools = ["10.0.0.100-10.0.0.199"]
"""


def message(kind: int, options: dict[str, bytes], *, op: int = 1, yiaddr: str = "0.0.0.0") -> bytes:
    """Write a message of the client, or one to it; options by number: `o60`."""
    codes = {int(name[1:]): value for name, value in options.items()}
    return encode(
        Message(
            op, 1, 6, 0, b"xid1", 0, 0, 0, ip_number(yiaddr), 0, 0, MAC, b"", b"", {53: bytes((kind,)), **codes},
        )
    )  # fmt: skip


def asked(number: int, *hooks: int, kind: int = DISCOVER, given: Given | None = None, **options: bytes) -> Asked:
    """Ask who a client is."""
    return Asked(
        number, RESERVATION_OF, hooks, "eth0", ("10.0.0.2",), "0.0.0.0", 67, False, "phones", given is not None,
        message(kind, options), given=given,
    )  # fmt: skip


def asked_of_reply(number: int, *hooks: int, kind: int = OFFER, **options: bytes) -> Asked:
    """Ask what becomes of a reply."""
    ours = {"o54": ip_wire(ip_number("10.0.0.2")), "o51": b"\0\0\x0e\x10"}
    reply = message(kind, ours, op=2, yiaddr="10.0.0.9")
    return Asked(
        number, SCRIPT, hooks, "eth0", ("10.0.0.2",), "0.0.0.0", 67, False, "phones", False,
        message(REQUEST if kind == ACK else DISCOVER, options), reply=reply,
    )  # fmt: skip


class Peer:
    """A connection to the process, as `who`."""

    def __init__(self, path: Path, who: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")
        self.send({"t": "role", "who": who})

    def send(self, frame: dict[str, Any]) -> None:
        data = json.dumps(frame).encode()
        self.socket.sendall(len(data).to_bytes(4, "big") + data)

    def take(self, kind: str) -> dict[str, Any]:
        """Give the next frame of a kind; others are passed over."""
        while True:
            head = self.file.read(4)
            assert len(head) == 4, f"the connection ended before {kind}"
            size = int.from_bytes(head, "big")
            frame: dict[str, Any] = json.loads(self.file.read(size))
            if frame["t"] == kind:
                return frame

    def hello(self) -> Hello:
        return codec.from_plain(Hello, self.take("hello")["hello"], "Hello")  # type: ignore[no-any-return]

    def ask(self, *rows: Asked) -> None:
        self.send({"t": "ask", "rows": [codec.to_plain(row) for row in rows]})

    def told(self) -> list[Told]:
        return [codec.from_plain(Told, row, "Told") for row in self.take("told")["rows"]]

    def one(self, row: Asked) -> Told:
        """Ask one question, and give its answer."""
        self.ask(row)
        [told] = self.told()
        assert told.number == row.number
        return told

    def question(self, what: str, args: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask as main does."""
        self.send({"t": "ask", "id": 7, "what": what, "args": args or {}})
        return self.take("answer")

    def close(self) -> None:
        self.file.close()
        self.socket.close()


class Scripts:
    """The process, and who it talks with."""

    def __init__(self, folder: Path, rules: str, configuration: str = CONFIGURATION) -> None:
        self.folder = folder
        self.run = folder / "data" / "run"
        self.run.mkdir(parents=True, exist_ok=True)
        (folder / "rules.py").write_text(rules)
        (folder / "ringboot.toml").write_text(configuration)
        self.listener = socket.socket(socket.AF_UNIX)
        self.path = self.run / "scripts.sock"
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.peers: list[Peer] = []
        self.log = folder / "scripts.log"
        self.beats = -1
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Scripts:
        """Start it, also once more."""
        if self.beats >= 0:
            os.close(self.beats)
        self.beats, writer = os.pipe()
        start = Start(
            data=str(self.folder / "data"), config=str(self.folder / "ringboot.toml"),
            fds={"scripts": self.listener.fileno(), "beat": writer}, json_log=True,
        )  # fmt: skip
        self.log.touch()
        before = len(self.lines("ready"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ringboot.app.scripting"], env={**os.environ, **to_environment(start)},
                pass_fds=tuple(start.fds.values()), stderr=log, stdout=log,
            )  # fmt: skip
        os.close(writer)
        self.until(lambda: len(self.lines("ready")) > before or self.process.poll() is not None, "it to be ready")  # type: ignore[union-attr]
        return self

    def peer(self, who: str) -> Peer:
        made = Peer(self.path, who)
        assert self.process is not None
        self.peers.append(made)
        return made

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Give the lines of the log about an event."""
        rows = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [row for row in rows if row["event"] == event]

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait for something."""
        deadline = time.monotonic() + 20
        while not (value := condition()):
            assert time.monotonic() < deadline, f"waited for {what}: {self.log.read_text()}"
            time.sleep(0.02)
        return value

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.listener.close()
        if self.beats >= 0:
            os.close(self.beats)
