"""A server that is measured, and Ringboot as one: how it is given its network, and started."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench.ground import CAMPUS, LEASE_TIME, Ground
from bench.wire import SERVER_ADDRESS
from ringboot.model import codec
from ringboot.model.address import ip_number
from ringboot.model.site import SITE_VERSION, Class, Match, Network, Pool, Site, Snapshot

ROOT = Path(__file__).resolve().parent.parent
# `make bench` names the compiled package there, which then stands before the sources.
PATHS = {"PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(ROOT))))}


@dataclass(frozen=True, slots=True)
class Contender:
    """A server: its command, run in an empty folder that `{state}` names."""

    name: str
    command: list[str]
    files: dict[str, str] = field(default_factory=dict)  # what lies in the folder before it starts
    environment: dict[str, str] = field(default_factory=dict)
    stands: str = ""  # what it writes when all its processes stand; it may answer before
    process: str = ""  # of its processes, the one whose memory counts: part of the command line; all when empty

    def arguments(self, state: Path) -> list[str]:
        """Give the command for this folder."""
        return [part.replace("{state}", str(state)) for part in self.command]

    def prepare(self, state: Path) -> dict[str, str]:
        """Write the files, and give the environment."""
        for name, text in self.files.items():
            path = state / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{state}", str(state)))
        return {name: value.replace("{state}", str(state)) for name, value in self.environment.items()}


def ringboot_dhcp(ground: Ground = CAMPUS) -> Contender:
    """Give our dhcp process alone, through its real entry."""
    network = Network(
        "bench", ip_number(ground.subnet), ground.prefix, "bench", lease_time=LEASE_TIME,
        pools=(Pool(ip_number(ground.first), ip_number(ground.last)),),
        options={"3": SERVER_ADDRESS, "6": SERVER_ADDRESS},
    )  # fmt: skip
    # One brand's class, as every site has them: evidence is looked at, and options depend on it.
    phones = Class("phones", "brand", ((Match("dhcp.60", "^AastraIPPhone"),),), {"43.2": "{http}", "66": "{http}"})
    site = Site(revision=1, networks=(network,), classes=(phones,), probe=False, scan=False)
    snapshot = codec.encode(Snapshot(SITE_VERSION, 0, site)).decode()
    return Contender(
        "ringboot dhcp",
        [sys.executable, "-m", "bench.alone", "{state}", "s0"],
        files={"run/site.json": snapshot},
        environment=PATHS,
    )


def ringboot(ground: Ground = CAMPUS, rules: str = "") -> Contender:
    """Give the whole daemon: supervisor, dhcp, main and its workers, devices made from leases; `rules`: a script."""
    configuration = f"""\
[server]
data = "{{state}}/data"
api_socket = "{{state}}/api.sock"
[dhcp]
interfaces = ["s0"]
probe = false
scan = false
{'scripts = ["rules.py"]' if rules else ""}
[[dhcp.network]]
name = "bench"
subnet = "{ground.subnet}/{ground.prefix}"
pools = ["{ground.first}-{ground.last}"]
lease_time = "{LEASE_TIME}s"
options = {{ routers = "{SERVER_ADDRESS}", domain-name-servers = "{SERVER_ADDRESS}" }}
[tftp]
listen = ":69"
[http]
listen = ":8667"
[admin]
listen = "off"
"""
    return Contender(
        "ringboot",
        [sys.executable, "-m", "ringboot", "serve", "--config", "{state}/ringboot.toml"],
        files={"ringboot.toml": configuration, **({"rules.py": rules} if rules else {})},
        stands="all parts are ready",
        process="ringboot.servers.dhcp",
    )
