"""What the supervisor tells a process that it starts: folders, inherited sockets, how to log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringboot.model import codec

VARIABLE = "RINGBOOT_START"
READY = b"R"  # what a process says once, beside its beat: it answers
ANEW = b"A"  # and before it becomes another program in its place: it needs the time of a start again


@dataclass(frozen=True, slots=True)
class Start:
    """Everything a process starts from; it reads no configuration that is not here or in the data folder."""

    data: str  # the data folder
    config: str | None = None  # the path of ringboot.toml
    fds: dict[str, int] = field(default_factory=dict)  # "dhcp:eth0", "frame:eth0", "http", "beat" ... as opened there
    interfaces: tuple[str, ...] = ()  # on which DHCP is answered, as soon as they are there
    dhcp_port: int = 67  # the port that relays and unicasting clients send to, and that replies come from
    pxe_port: int = 0  # the port at which boot servers are asked; 0: none
    log_level: str = "info"
    json_log: bool = False

    @property
    def run(self) -> Path:
        """Give the folder of sockets and snapshots."""
        return Path(self.data) / "run"


def to_environment(start: Start) -> dict[str, str]:
    """Give the environment variable that carries a Start to a child."""
    return {VARIABLE: codec.encode(start).decode()}


def from_environment(environment: Mapping[str, str]) -> Start:
    """Read the Start that the supervisor left; BadMessage says what does not fit."""
    text = environment.get(VARIABLE)
    if text is None:
        raise codec.BadMessage(f"{VARIABLE} is not set: this process is started by 'ringboot serve', not by hand")
    return codec.decode(Start, text.encode())
