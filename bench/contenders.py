"""The servers that are measured: how each is given the same network, and started."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench.wire import PREFIX, SERVER_ADDRESS
from ringboot.model import codec
from ringboot.model.address import ip_number, ip_text
from ringboot.model.site import SITE_VERSION, Class, Match, Network, Pool, Site, Snapshot

SUBNET = "10.77.0.0"
FIRST, LAST = "10.77.1.0", "10.77.200.255"  # more than 50,000: an offer waits for a while, also one nobody takes
LEASE_TIME = 3600
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Contender:
    """A server: its command, run in an empty folder that `{state}` names."""

    name: str
    command: list[str]
    files: dict[str, str] = field(default_factory=dict)  # what lies in the folder before it starts
    environment: dict[str, str] = field(default_factory=dict)
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


def ringboot_dhcp() -> Contender:
    """Give our dhcp process alone, through its real entry."""
    network = Network(
        "bench", ip_number(SUBNET), PREFIX, "bench", lease_time=LEASE_TIME,
        pools=(Pool(ip_number(FIRST), ip_number(LAST)),),
        options={"3": SERVER_ADDRESS, "6": SERVER_ADDRESS},
    )  # fmt: skip
    # One brand's class, as every site has them: evidence is looked at, and options depend on it.
    phones = Class("phones", "brand", ((Match("dhcp.60", "^AastraIPPhone"),),), {"43.2": "{http}", "66": "{http}"})
    site = Site(revision=1, networks=(network,), classes=(phones,))
    snapshot = codec.encode(Snapshot(SITE_VERSION, 0, site)).decode()
    return Contender(
        "ringboot dhcp",
        [sys.executable, "-m", "bench.alone", "{state}", "s0"],
        files={"run/site.json": snapshot},
        environment={"PYTHONPATH": str(ROOT)},
    )


def kea() -> Contender:
    """Give Kea: lease file in memory and appended on disk (no fsync), multi-threaded."""
    options = [{"name": "routers", "data": SERVER_ADDRESS}, {"name": "domain-name-servers", "data": SERVER_ADDRESS}]
    configuration = {
        "Dhcp4": {
            "interfaces-config": {"interfaces": ["s0"], "dhcp-socket-type": "raw"},
            "lease-database": {"type": "memfile", "persist": True, "name": "{state}/leases.csv", "lfc-interval": 0},
            "multi-threading": {"enable-multi-threading": True, "thread-pool-size": 2, "packet-queue-size": 64},
            "valid-lifetime": LEASE_TIME,
            "option-data": options,
            "client-classes": [
                {
                    "name": "phones",
                    "test": "substring(option[60].text,0,13) == 'AastraIPPhone'",
                    "option-data": [{"name": "tftp-server-name", "data": f"http://{SERVER_ADDRESS}:8667"}],
                }
            ],
            "subnet4": [{"subnet": f"{SUBNET}/{PREFIX}", "interface": "s0", "pools": [{"pool": f"{FIRST} - {LAST}"}]}],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "{state}/kea.log"}]}],
        }
    }
    folders = ("KEA_LOCKFILE_DIR", "KEA_PIDFILE_DIR", "KEA_DHCP_DATA_DIR", "KEA_LOGGER_DESTINATION")
    return Contender(
        "kea",
        ["kea-dhcp4", "-c", "{state}/kea.json"],
        files={"kea.json": json.dumps(configuration)},
        environment=dict.fromkeys(folders, "{state}"),
    )


def ringboot() -> Contender:
    """Give the whole daemon: supervisor, dhcp, main and its workers, devices made from leases."""
    configuration = f"""\
[server]
data = "{{state}}/data"
api_socket = "{{state}}/api.sock"
[dhcp]
interfaces = ["s0"]
[[dhcp.network]]
name = "bench"
subnet = "{SUBNET}/{PREFIX}"
pools = ["{FIRST}-{LAST}"]
lease_time = "{LEASE_TIME}s"
options = {{ routers = "{SERVER_ADDRESS}", domain-name-servers = "{SERVER_ADDRESS}" }}
[tftp]
listen = ":69"
[http]
listen = ":8667"
"""
    return Contender(
        "ringboot",
        [sys.executable, "-m", "ringboot", "serve", "--config", "{state}/ringboot.toml"],
        files={"ringboot.toml": configuration},
        process="ringboot.servers.dhcp",
    )


def other(name: str, command: list[str]) -> Contender:
    """Give any server by its command; it must serve the pool from the server's address on s0."""
    return Contender(name, command, process="ringboot.servers.dhcp")


def pool_text() -> str:
    """Say what is served."""
    size = ip_number(LAST) - ip_number(FIRST) + 1
    return f"{ip_text(ip_number(FIRST))} - {LAST}, {size:,} addresses, leases of {LEASE_TIME} s"
