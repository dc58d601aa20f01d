"""The peers: Kea, dnsmasq and ISC dhcpd, each given the same network, and any server by its command."""

from __future__ import annotations

import json

from bench.contenders import Contender
from bench.ground import CAMPUS, LEASE_TIME, Ground
from bench.wire import SERVER_ADDRESS

KEA = "kea"


def kea(ground: Ground = CAMPUS) -> Contender:
    """Give Kea: lease file in memory and appended on disk (no fsync), multi-threaded."""
    options = [{"name": "routers", "data": SERVER_ADDRESS}, {"name": "domain-name-servers", "data": SERVER_ADDRESS}]
    subnet = {
        "subnet": f"{ground.subnet}/{ground.prefix}",
        "interface": "s0",
        "pools": [{"pool": f"{ground.first} - {ground.last}"}],
    }
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
            "subnet4": [subnet],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "{state}/kea.log"}]}],
        }
    }
    folders = ("KEA_LOCKFILE_DIR", "KEA_PIDFILE_DIR", "KEA_DHCP_DATA_DIR", "KEA_LOGGER_DESTINATION")
    return Contender(
        KEA,
        ["kea-dhcp4", "-c", "{state}/kea.json"],
        files={"kea.json": json.dumps(configuration)},
        environment=dict.fromkeys(folders, "{state}"),
    )


def dnsmasq(ground: Ground = CAMPUS) -> Contender:
    """Give dnsmasq: it writes its whole lease file with every changed lease."""
    configuration = f"""\
port=0
interface=s0
no-ping
dhcp-authoritative
dhcp-range={ground.first},{ground.last},{ground.mask},{LEASE_TIME}
dhcp-lease-max={ground.size}
dhcp-option=3,{SERVER_ADDRESS}
dhcp-option=6,{SERVER_ADDRESS}
dhcp-vendorclass=set:phones,AastraIPPhone
dhcp-option=tag:phones,66,http://{SERVER_ADDRESS}:8667
dhcp-leasefile={{state}}/leases
pid-file={{state}}/pid
log-facility={{state}}/dnsmasq.log
quiet-dhcp
user=root
"""
    return Contender("dnsmasq", ["dnsmasq", "-k", "-C", "{state}/dnsmasq.conf"], {"dnsmasq.conf": configuration})


def isc(ground: Ground = CAMPUS) -> Contender:
    """Give ISC dhcpd: one fsync for each acknowledged lease."""
    configuration = f"""\
authoritative;
ping-check false;
default-lease-time {LEASE_TIME};
log-facility local7;
option routers {SERVER_ADDRESS};
option domain-name-servers {SERVER_ADDRESS};
class "phones" {{
  match if substring (option vendor-class-identifier, 0, 13) = "AastraIPPhone";
  option tftp-server-name "http://{SERVER_ADDRESS}:8667";
}}
subnet {ground.subnet} netmask {ground.mask} {{
  range {ground.first} {ground.last};
}}
"""
    command = "dhcpd -4 -f -q -cf {state}/dhcpd.conf -lf {state}/dhcpd.leases --no-pid s0"
    return Contender("isc dhcpd", command.split(), {"dhcpd.conf": configuration, "dhcpd.leases": ""})


def other(name: str, command: list[str]) -> Contender:
    """Give any server by its command; it must serve the pool from the server's address on s0."""
    return Contender(name, command, process="ringboot.servers.dhcp")
