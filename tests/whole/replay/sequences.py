"""How phones of the catalog's brands boot, as their makers' guides and captures tell it, and what each file must be.

The golden files hold the port 8667 where the daemon under test has one of its own; nothing else in them varies.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests.whole.replay.site import Site

from ringboot.sim.fetching import Fetched
from ringboot.sim.phone import OPTIONAL, Habit, Phone, Step

GOLDEN = Path(__file__).parent / "golden"
NEW, ASSIGNED = "new", "assigned"  # the rounds: before anyone knows the phone, and after it has been given its lines

_AASTRA = "Aastra{model} MAC:{mac_dashes} V:3.3.1.4365-SIP"
_MITEL = "Aastra{model} MAC:{mac_dashes} V:4.2.0.2023-SIP"
_CISCO = b"Cisco Systems, Inc. IP Phone CP-7961G\0".hex()
_LOADS = "SCCP41.8-5-2S.loads"
_YEALINK = "Yealink SIP-{model} 66.86.0.15 {mac_colons}"
_ROM = "T46S-66.86.0.15.rom"
_SNOM = "Mozilla/4.0 (compatible; snom{model}-SIP 10.1.54.13 2010.12-00004-g9ba52f5 {MAC} SXM:0 UXM:0)"
_POLYCOM = "FileTransport PolycomVVX-VVX_411-UA/5.9.2.3446 Type/Application"
_LD = "3111-48450-001.sip.ld"
_TXT = "fanvil_x5u_v2_hwv2_0.txt"
_CHECKSUM = re.compile(rb"(?<=Version:2\.)\d{10}")
_SPA = "Cisco/{model}-7.5.5 ({MAC})({serial})"
_GRP_BIN = "grp2614-1.0.5.48/grp2614fw.bin"
_SPA_BIN = "spa50x-30x-7-5-5.bin"
_BIN = "snomD785-10.1.54.13-SIP-r.bin"
_AVAYA = "Mozilla/4.0 (compatible; MSIE 6.0) AVAYA/{model}-4.1.3.0.6 (MAC:{mac})"
_J179 = "FW_S_J179_R4_1_3_0_6.bin"
_N510 = "42/2/master.bin"
_HDV_FW = "KX-HDV130-04.004.fw"


class Sequence(NamedTuple):
    """One phone: what it says and asks for in order ("?" = missing is fine), and which of it there is."""

    mac: str
    model: str
    plugin: str
    habit: Habit
    there: frozenset[str]  # of the names asked for

    @property
    def prefix(self) -> str:
        """Give the folder in which its files lie."""
        return {"aastra": "Aastra/", "grandstream": "Grandstream/", "panasonic": "Panasonic/"}.get(self.plugin, "")


def _sequence(mac: str, model: str, plugin: str, habit: Habit) -> Sequence:
    there = {ask.format(MAC=mac.upper(), mac=mac, model=model) for ask in habit.asks if not ask.startswith(OPTIONAL)}
    return Sequence(mac, model, plugin, habit, frozenset(there))


SEQUENCES = {
    "6731i": _sequence(
        "00085d237429", "6731i", "aastra",
        Habit(
            {"60": "AastraIPPhone6731i", "55": "hex:0103060f2a2b42439fa0"}, _AASTRA, ("43.2", "160", "159", "66"),
            ("aastra.cfg", "?6731i.cfg", "{MAC}.cfg", "?aastra.tuz", "?6731i.tuz", "?{MAC}.tuz", "?6731i.st"),
        ),
    ),
    "6867i": _sequence(
        "00085d40905f", "6867i", "aastra",
        Habit(
            {"60": "AastraIPPhone6867i", "55": "hex:0103060f2a2b42439fa0"}, _MITEL, ("43.2", "160", "159", "66"),
            (
                "startup.cfg", "?6867i.cfg", "{MAC}.cfg", "?startup.tuz", "?6867i.tuz", "?{MAC}.tuz", "?security.tuz",
                "?6867i.st",
            ),
        ),
    ),
    "7961G": _sequence(
        "001120fc3a7b", "7961G", "cisco-7900",
        Habit(
            {"60": f"hex:{_CISCO}", "55": "hex:01420603960f2a"}, "", ("150", "66"),
            ("?CTLSEP{MAC}.tlv", "SEP{MAC}.cnf.xml", "dialplan.xml", "RINGLIST.XML", f"?{_LOADS}"),
        ),
    ),
    "T46S": _sequence(
        "805ec0aabbcc", "T46S", "yealink",
        Habit(
            {"60": "yealink", "55": "hex:0103060f2a2b42a0"}, _YEALINK, ("160", "66", "43"),
            ("?{mac}.boot", "?y000000000000.boot", "y000000000066.cfg", "{mac}.cfg", f"?{_ROM}"),
        ),
    ),
    "X5U-V2": _sequence(
        "0c383e0a0b0c", "X5U-V2", "fanvil",
        Habit(
            {"60": "Fanvil X5U-V2", "55": "hex:0103060f2a2b42"}, "Fanvil X5U-V2 2.12.1 {mac}", ("66", "43"),
            ("F0V5UV200000.cfg", "{mac}.cfg", f"?{_TXT}"),
        ),
    ),
    "D785": _sequence(
        "000413741767", "D785", "snom",
        Habit(
            {"60": "snomD785", "55": "hex:0103060f2a2b4243"}, _SNOM, ("66", "43"),
            ("snomD785-{MAC}.htm", "{MAC}.xml", "?snomD785-firmware.xml", f"?{_BIN}"),
        ),
    ),
    "VVX411": _sequence(
        "64167f0a0b0c", "VVX411", "polycom",
        Habit(
            {"60": "hex:0000363d", "55": "hex:0103060f2a42a0"}, _POLYCOM, ("160", "66"),
            (
                "{mac}.cfg", f"?{_LD}", "{mac}-user.cfg", "common.cfg", "?{mac}-phone.cfg", "?{mac}-web.cfg",
                "{mac}-directory.xml",
            ),
        ),
    ),
    "GRP2614": _sequence(
        "c074ad0b63ee", "GRP2614", "grandstream",
        Habit(
            {"60": "Grandstream GRP2614 dslforum.org", "55": "hex:0103060f2a2b42a0"},
            "Grandstream Model HW {model} V1.6A SW 1.0.5.48 DevId {mac}", ("160", "66", "43"),
            ("?cfg{mac}", "cfg{mac}.xml", f"?{_GRP_BIN}"),
        ),
    ),
    "SPA504G": _sequence(  # the first file by TFTP, the others by HTTP, as that one says
        "503de5a1b2c3", "SPA504G", "cisco-spa",
        Habit(
            {"60": "Cisco SPA504G", "55": "hex:0103060f2a4296"}, _SPA, ("66", "160", "159", "150"),
            ("spa504G.cfg", "{mac}.xml", f"?{_SPA_BIN}"),
        ),
    ),
    "J179": _sequence(
        "c81fea83e85a", "J179", "avaya",
        Habit(
            {"60": "ccp.avaya.com", "12": "AVX83e85a", "55": "hex:0103060f2a2bf2"}, _AVAYA,
            ("242 http://{HTTPSRVR}:{HTTPPORT}",),
            ("J100Supgrade.txt", "46xxsettings.txt", "{mac}.txt", f"?{_J179}"),
        ),
    ),
    "N510": _sequence(
        "7c2f806257d7", "N510 IP PRO", "gigaset",
        Habit(
            {"60": "N510_IP_PRO", "55": "hex:0103060f2a4272"}, "{model}/42.258.00.000.000;{MAC}", ("114", "66"),
            (f"?{_N510}", "{MAC}.xml"),
        ),
    ),
    "HDV130": _sequence(  # the second file's name is in the first
        "bcc34200aabb", "KX-HDV130", "panasonic",
        Habit(
            {"60": "Panasonic", "55": "hex:0103060f2a42439fa0"}, "Panasonic_{model}/04.004 ({mac})",
            ("160", "159", "66"), ("{model}.cfg", "Config{MAC}.cfg", f"?{_HDV_FW}"),
        ),
    ),
}  # fmt: skip
FIRMWARE = {
    "6731i": "6731i.st", "6867i": "6867i.st", "7961G": _LOADS, "T46S": _ROM, "D785": _BIN, "VVX411": _LD,
    "X5U-V2": _TXT, "SPA504G": _SPA_BIN, "GRP2614": _GRP_BIN, "J179": _J179,
    "N510": _N510, "HDV130": _HDV_FW,
}  # fmt: skip

ACCOUNT = {"username": "apK3fA9xQ1", "auth_username": "apK3fA9xQ1", "password": "Zq0wIu5tR7vB2nM4"}
STOCK: dict[str, dict[str, Any]] = {  # what an administrator sets first; passwords are made by chance otherwise
    "base": {"timezone": "Europe/Paris", "locale": "fr_FR", "ntp_enabled": True, "ntp_ip": "10.0.0.1"},
    "defaultconfigdevice": {"admin_password": "48151623", "user_password": "42108"},
    "autoprov": {
        "sip_lines": {"1": {"proxy_ip": "10.0.0.5", "registrar_ip": "10.0.0.5"}},
        "sccp_call_managers": {"1": {"ip": "10.0.0.5"}, "2": {"ip": "10.0.0.6"}},
    },
}
RECEPTION = {
    "id": "reception",
    "parent_ids": ["base", "defaultconfigdevice"],
    "raw_config": {
        "protocol": "SIP",
        "vlan_enabled": True, "vlan_id": 110, "vlan_priority": 5, "vlan_pc_port_id": 20,
        "syslog_enabled": True, "syslog_ip": "10.0.0.9", "syslog_level": "info",
        "sip_proxy_ip": "10.0.0.5", "sip_backup_proxy_ip": "10.0.0.6", "sip_backup_registrar_ip": "10.0.0.6",
        "sip_subscribe_mwi": True,
        "X_cisco_spa_firmware": {"SPA504G": _SPA_BIN},
        "exten_voicemail": "*98", "exten_pickup_call": "*8", "exten_pickup_group": "*7", "exten_dnd": "*25",
        "sip_lines": {
            "1": {
                "display_name": "Amélie <Accueil>", "number": "1001", "username": "ame1001", "password": "p#ss&1<",
            },
            "2": {
                "display_name": "Standard", "number": "1900", "username": "std1900", "password": "s2cret",
                "proxy_ip": "10.0.1.5", "proxy_port": 5070, "registrar_ip": "10.0.1.7",
            },
        },
        "funckeys": {
            "1": {"type": "speeddial", "value": "0142000000", "label": "Taxi"},
            "2": {"type": "blf", "value": "1002", "label": "Bernard"},
            "3": {"type": "park", "value": "700", "label": "Parc"},
        },
    },
}  # fmt: skip


class Round(NamedTuple):
    """What one phone went through once."""

    steps: tuple[Step, ...]
    files: dict[str, Fetched]  # by the name asked for, in order
    disk: dict[str, bytes]  # what lay in var/tftpboot then, of those that were served
    port: int  # of HTTP

    def approved(self, name: str) -> bytes:
        """Give a file as its golden file has it."""
        body = self.files[name].body
        assert body is not None, f"{name}: {self.files[name].status}"
        body = body.replace(f"http port: {self.port}\n".encode(), b"http port: 8667\n")
        body, ports = re.subn(rf"\b127\.0\.0\.1:{self.port}\b".encode(), b"127.0.0.1:8667", body)
        return _CHECKSUM.sub(b"0000000000", body) if ports else body


class Play:
    """All sequences, played on one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.rounds: dict[tuple[str, str], Round] = {}
        self.phones: dict[str, Phone] = {}

    def run(self) -> Play:
        """Let the phones come up, assign them, and let them read again."""
        site = self.site
        for ident, raw in STOCK.items():
            site.configure(ident, raw)
        with site.api() as api:
            api.post("configs", body=RECEPTION)
        self.phones = {name: site.phone(each.mac, each.model, each.habit) for name, each in SEQUENCES.items()}
        asyncio.run(self._all(NEW))
        for each in SEQUENCES.values():
            site.assign(each.mac, str(RECEPTION["id"]))
        asyncio.run(self._all(ASSIGNED))
        return self

    async def _all(self, when: str) -> None:
        await asyncio.gather(*(self._one(name, when) for name in SEQUENCES))

    async def _one(self, name: str, when: str) -> None:
        phone, steps = self.phones[name], []
        async for step in phone.boot() if when == NEW else phone.read_files():
            steps.append(step)
            if step.what == "address":
                await asyncio.to_thread(self._settle, SEQUENCES[name].mac)
        plugin, prefix = SEQUENCES[name].plugin, SEQUENCES[name].prefix
        served = [ask for ask, fetched in phone.files.items() if fetched.body is not None]
        disk = {ask: self.site.on_disk(plugin, f"{prefix}{ask}") for ask in served}
        self.rounds[name, when] = Round(tuple(steps), dict(phone.files), disk, self.site.http)

    def _settle(self, mac: str) -> None:
        """Give a new phone the account of the golden files, instead of the one that it was given by chance."""
        config = self.site.when_known(mac, lambda row: row["config"])["config"]
        self.site.configure(config, {"sip_lines": {"1": ACCOUNT}})


def golden(name: str, when: str, file: str) -> Path:
    """Say where the golden file lies."""
    return GOLDEN / name / when / file


def wanted() -> Iterable[tuple[str, str, str]]:
    """List every file that is there: sequence, round, name."""
    for name, sequence in SEQUENCES.items():
        for when in (NEW, ASSIGNED):
            yield from ((name, when, file) for file in sorted(sequence.there))
