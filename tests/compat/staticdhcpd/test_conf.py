"""Reading a conf.py: its settings, its databases, and what is wrong with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.compat.staticdhcpd.conversation import ask, octets

from ringboot.compat.staticdhcpd import settings
from ringboot.compat.staticdhcpd.conf import ConfError, load
from ringboot.compat.staticdhcpd.describe import look
from ringboot.compat.staticdhcpd.site import Site
from ringboot.dhcp.message import DISCOVER

SCHEMA = """
CREATE TABLE subnets (subnet TEXT, serial INTEGER, lease_time INTEGER, gateway TEXT, subnet_mask TEXT,
 broadcast_address TEXT, ntp_servers TEXT, domain_name_servers TEXT, domain_name TEXT, vlan INTEGER,
 PRIMARY KEY (subnet, serial));
CREATE TABLE maps (mac TEXT PRIMARY KEY, ip TEXT, hostname TEXT, subnet TEXT, serial INTEGER, room TEXT);
INSERT INTO subnets VALUES ('lan', 0, 3600, '10.0.0.1', '255.255.255.0', '10.0.0.255',
  '10.0.0.3', '10.0.0.2', 'x.org', 7);
INSERT INTO maps VALUES ('aa:00:00:00:00:05', '10.0.0.5', 'five', 'lan', 0, 'r1');
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "conf.py"
    path.write_text(text)
    return path


def address(at: Site, mac: str) -> str | None:
    told = ask(at, octets(DISCOVER, mac))
    assert not told.failed
    return told.given.address if told.given else None


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "dhcp.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    return path


def test_the_tables_are_read_for_each_packet(tmp_path: Path, database: Path) -> None:
    path = written(
        tmp_path,
        "DATABASE_ENGINE = 'SQLite'\nSQLITE_FILE = 'dhcp.sqlite3'\nEXTRA_MAPS = ['room']\nEXTRA_SUBNETS = ['vlan']\n",
    )
    at = Site.of(path)
    told = ask(at, octets(DISCOVER, "aa:00:00:00:00:05"))
    assert told.given is not None
    assert told.given.options == {
        "1": "255.255.255.0", "3": "10.0.0.1", "6": "10.0.0.2", "15": "x.org", "28": "10.0.0.255", "42": "10.0.0.3",
    }  # fmt: skip
    assert (told.given.hostname, told.given.lease_time) == ("five", 3600)
    found: Any = at.conf.database.lookupMAC("aa:00:00:00:00:05")  # type: ignore[union-attr, arg-type]
    assert found.extra == {"maps.room": "r1", "subnets.vlan": 7}
    assert address(at, "aa:00:00:00:00:06") is None
    connection = sqlite3.connect(database)
    connection.execute("INSERT INTO maps VALUES ('aa:00:00:00:00:06', '10.0.0.6', NULL, 'lan', 0, NULL)")
    connection.commit()
    connection.close()
    assert address(at, "aa:00:00:00:00:06") == "10.0.0.6"


def test_one_kind_of_extra_columns_is_enough(tmp_path: Path, database: Path) -> None:
    at = Site.of(
        written(tmp_path, f"DATABASE_ENGINE = 'SQLite'\nSQLITE_FILE = {str(database)!r}\nEXTRA_MAPS = ['room']\n")
    )
    assert address(at, "aa:00:00:00:00:05") == "10.0.0.5"


def test_a_mac_in_capitals_is_found_when_that_is_asked_for(tmp_path: Path, database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("UPDATE maps SET mac = upper(mac)")
    connection.commit()
    connection.close()
    said = "DATABASE_ENGINE = 'SQLite'\nSQLITE_FILE = 'dhcp.sqlite3'\n"
    assert address(Site.of(written(tmp_path, said)), "aa:00:00:00:00:05") is None
    assert address(Site.of(written(tmp_path, said + "CASE_INSENSITIVE_MACS = True\n")), "aa:00:00:00:00:05")


def test_a_lost_database_is_a_failure_of_its_client_and_comes_back(tmp_path: Path, database: Path) -> None:
    at = Site.of(written(tmp_path, "DATABASE_ENGINE = 'SQLite'\nSQLITE_FILE = 'dhcp.sqlite3'\n"))
    content = database.read_bytes()
    database.unlink()
    assert "OperationalError" in ask(at, octets(DISCOVER, "aa:00:00:00:00:05")).failed
    database.write_bytes(content)
    assert address(at, "aa:00:00:00:00:05") == "10.0.0.5"


INI = """
[lan|0]
lease-time: 60
colour: s:red
[aa:00:00:00:00:05]
ip: 10.0.0.5
subnet: lan
serial: 0
floor = i:3
weight = F:heavy
pxe = b:yes
"""


def test_a_file_has_typed_extras_and_is_read_again_on_reload(tmp_path: Path) -> None:
    file = tmp_path / "dhcp.ini"
    file.write_text(INI)
    at = Site.of(written(tmp_path, "DATABASE_ENGINE = 'INI'\nINI_FILE = 'dhcp.ini'\n"))
    found: Any = at.conf.database.lookupMAC("aa:00:00:00:00:05")  # type: ignore[union-attr, arg-type]
    assert found.extra == {"maps.floor": 3, "maps.weight": None, "maps.pxe": True, "subnets.colour": "red"}
    file.write_text(INI.replace("10.0.0.5", "10.0.0.9"))
    assert address(at, "aa:00:00:00:00:05") == "10.0.0.5"
    at.reinitialise()
    assert address(at, "aa:00:00:00:00:05") == "10.0.0.9"
    file.write_text(INI.replace("subnet: lan", "subnet: wan"))
    with pytest.raises(ValueError, match=r"dhcp\.ini: \[aa:00:00:00:00:05\]: there is no section \[wan\|0\]"):
        at.reinitialise()
    assert address(at, "aa:00:00:00:00:05") == "10.0.0.9", "what was read stays"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = (\n", r"conf\.py:1: SyntaxError"),
        ("\n\nimport nothing_like_this\n", r"conf\.py:3: ModuleNotFoundError"),
        ("def init():\n    raise RuntimeError('no pool')\n", r"conf\.py:2: RuntimeError: no pool"),
        ("DATABASE_ENGINE = 'Oracle'\n", "DATABASE_ENGINE is 'Oracle'"),
        ("DATABASE_ENGINE = 'SQLite'\n", "needs SQLITE_FILE"),
        ("DATABASE_ENGINE = 'PostgreSQL'\n", "needs (POSTGRESQL_DATABASE|one of the Python modules)"),
        ("DATABASE_ENGINE = 'INI'\nINI_FILE = 'none.ini'\n", "FileNotFoundError"),
        ("def filterPacket(packet):\n    return True\n", r"filterPacket\(packet, method.* 6 arguments"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ConfError, match=why):
        load(written(tmp_path, text))


def test_a_database_of_the_sites_own(tmp_path: Path) -> None:
    at = Site.of(
        written(
            tmp_path,
            """
from staticdhcpdlib.databases.generic import Database, Definition
from libpydhcpserver.dhcp_types.ipv4 import IPv4
class Mine(Database):
    def lookupMAC(self, mac):
        return Definition(IPv4('10.0.0.0')[:3] + bytes([mac[5]]), 60, 'own', 0) if mac[0] == 0xaa else None
DATABASE_ENGINE = Mine
""",
        )
    )
    assert address(at, "aa:00:00:00:00:05") == "10.0.0.5"
    assert address(at, "ab:00:00:00:00:05") is None


def test_hooks_may_take_their_arguments_in_any_order_or_all(tmp_path: Path) -> None:
    at = Site.of(
        written(
            tmp_path,
            "heard = []\n"
            "def filterPacket(port, mac, packet, method, relay_ip, client_ip):\n"
            "    heard.append((port, str(mac)))\n    return True\n"
            "def handleUnknownMAC(*everything):\n    heard.append(everything[1])\n",
        )
    )
    ask(at, octets(DISCOVER, "aa:00:00:00:00:05"))
    assert vars(at.conf.module)["heard"] == [(67, "aa:00:00:00:00:05"), "DISCOVER"]


def test_settings_have_their_defaults_and_old_names() -> None:
    read = settings.read({"PXE_PORT": 4011, "X_MINE": 1, "small": 2, "CACHE_ON_DISK": True})
    assert (read["PROXY_PORT"], read["PXE_PORT"], read["X_MINE"], read["DISK_CACHE"]) == (4011, 4011, 1, True)
    assert (read["UNAUTHORIZED_CLIENT_TIMEOUT"], read["ALLOW_LOCAL_DHCP"], read["WEB_PORT"]) == (60, True, 30880)
    assert "small" not in read
    assert settings.read({})["ALLOWED_DHCP_RELAYS"] is not settings.read({})["ALLOWED_DHCP_RELAYS"]


def test_settings_without_effect_are_told_once_with_their_place() -> None:
    told = settings.notes({"UID": 0, "GID": 0, "AUTHORITATIVE": True, "PXE_PORT": 4011, "LOG_FILE": "x", "X_A": 1})
    assert told == (
        "UID, GID: systemd starts the daemon as its own user",
        "PXE_PORT: set in ringboot.toml: [dhcp] pxe_port",
        "LOG_FILE: the daemon's log goes to standard error, and systemd keeps it",
    )


def test_check_names_them_with_their_line_and_runs_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "raise SystemExit\nUID = 0\nAUTHORITATIVE = True\nWEB_PORT = 1\nGID = 0\n")
    uid, web = look(path)
    assert str(uid) == (
        f"{path}, line 2, UID, GID: warning: has no effect here; systemd starts the daemon as its own user"
    )
    assert (web.line, web.key) == (4, "WEB_PORT")
    assert web.todo == "set in ringboot.toml: [admin] and its users: the pages are ours"
    assert look(written(tmp_path, "x = (")) == []
