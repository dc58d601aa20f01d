"""A site of staticDHCPd, imported from its files and from its database, answers as that server's reference says."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.answer.conftest import Phone, Server
from tests.scripts.sources.places import SCHEMA

from ringboot.compat.importers.imported import BadSource, Imported
from ringboot.compat.importers.static import read_static
from ringboot.compat.importers.toml_text import reservation_rows, toml_text
from ringboot.dhcp.options import format_value
from ringboot.model.site import Reservation
from ringboot.setup.load import load_text
from ringboot.setup.site import site_of

SOURCES = Path(__file__).parent / "sources"
INI, CONF = SOURCES / "static.ini", SOURCES / "static.conf"
ROWS = """
INSERT INTO subnets VALUES
    ('main', 0, 7200, '10.0.0.1', '255.255.255.0', '10.0.0.255', '10.0.0.3, 10.0.0.4',
     '10.0.0.53,10.0.0.54,10.0.0.55,10.0.0.56', 'lan.example.org', NULL),
    ('main', 1, 60, '10.0.0.254', '255.255.255.0', '10.0.0.255', '10.0.0.3, 10.0.0.4',
     '10.0.0.53,10.0.0.54,10.0.0.55', 'lan.example.org', NULL),
    ('lab', 0, 600, '10.0.1.1', '255.255.255.0', NULL, NULL, NULL, NULL, 7);
INSERT INTO maps VALUES
    ('00:00:5e:00:53:01', '10.0.0.9', 'lobby', 'main', 0, NULL),
    ('00:00:5e:00:53:02', '10.0.0.10', NULL, 'main', 0, NULL),
    ('00:00:5e:00:53:03', '10.0.1.9', 'bench', 'lab', 0, 'cellar'),
    ('00:00:5e:00:53:04', '10.0.0.50', 'short', 'main', 1, NULL),
    ('00:00:5e:00:53:05', '10.0.0.900', NULL, 'main', 0, NULL);
"""
LOBBY, DESK, BENCH, SHORT, BAD, STRANGER = (f"00:00:5e:00:53:0{number}" for number in (1, 2, 3, 4, 5, 9))


@pytest.fixture(params=["conf.py", "ini", "sqlite", "url"])
def found(request: pytest.FixtureRequest, tmp_path: Path) -> Imported:
    if request.param == "ini":
        return read_static(str(INI))
    if request.param == "conf.py":
        shutil.copy(INI, tmp_path)
        shutil.copy(CONF, tmp_path / "conf.py")
        return read_static(str(tmp_path / "conf.py"))
    path = tmp_path / "site.db"
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA.format(prefix="") + ROWS)
    database.close()
    return read_static(str(path) if request.param == "sqlite" else f"sqlite:///{path}")


def server_of(found: Imported) -> Server:
    """Set up what the import says, by the text that it writes."""
    found.interfaces = ["eth0"]
    text = toml_text(found, "there").replace("[dhcp]\n", "[dhcp]\nprobe = false\n", 1)
    server = Server(site_of(load_text(Path("ringboot.toml"), text), revision=1))
    for row in found.reservations:
        server.facts.put_reservation(row)
    return server


def say(phone: Phone, what: str) -> str:
    """Say something, and give what comes back with what the test looks at."""
    verb, _, address = what.partition(" ")
    heard: str
    if verb == "boot":
        heard = phone.boot()
    elif verb == "discover":
        heard = phone.discover(address, o55=bytes((1, 3, 6, 12, 15, 28, 42, 51)))
    else:
        words: dict[str, Callable[[str], str]] = {
            "reboot": phone.reboot, "renew": phone.renew, "rebind": phone.rebind, "inform": phone.inform,
            "release": phone.release, "decline": phone.decline, "select": phone.take, "other": phone.take_other,
        }  # fmt: skip
        heard = words[verb](address)
    return str(heard)


# Who says what, and what that server's reference (1.5) says of it; where it breaks RFC 2131, what the RFC says.
CONVERSATIONS: list[tuple[str, list[tuple[str, str]]]] = [
    (LOBBY, [("discover", "OFFER 10.0.0.9"), ("select 10.0.0.9", "ACK 10.0.0.9")]),
    (LOBBY, [("discover 10.0.0.77", "OFFER 10.0.0.9")]),
    (LOBBY, [("boot", "ACK 10.0.0.9"), ("renew 10.0.0.9", "ACK 10.0.0.9"), ("rebind 10.0.0.9", "ACK 10.0.0.9")]),
    (LOBBY, [("reboot 10.0.0.9", "ACK 10.0.0.9")]),
    (LOBBY, [("select 10.0.0.77", "NAK "), ("reboot 10.0.0.77", "NAK ")]),
    (LOBBY, [("other 192.0.2.1", "silence other-server-chosen")]),
    (LOBBY, [("inform 10.0.0.9", "ACK 10.0.0.9")]),
    (LOBBY, [("boot", "ACK 10.0.0.9"), ("release", "silence released"), ("boot", "ACK 10.0.0.9")]),
    (DESK, [("discover", "OFFER 10.0.0.10"), ("select 10.0.0.10", "ACK 10.0.0.10")]),
    (DESK, [("select 10.0.0.9", "NAK ")]),
    (BENCH, [("boot", "ACK 10.0.1.9"), ("renew 10.0.1.9", "ACK 10.0.1.9")]),
    (SHORT, [("boot", "ACK 10.0.0.50")]),
    (STRANGER, [("discover", "silence"), ("rebind 10.0.0.77", "silence")]),
    (STRANGER, [("reboot 10.0.0.77", "silence")]),
    (BAD, [("discover", "silence")]),
]


@pytest.mark.parametrize(("mac", "exchanges"), CONVERSATIONS)
def test_it_answers_as_that_server_did(found: Imported, mac: str, exchanges: list[tuple[str, str]]) -> None:
    phone = server_of(found).phone(mac)
    for what, expected in exchanges:
        assert say(phone, what).startswith(expected), what


def test_there_are_thirty_queries_with_those_about_options() -> None:
    spoken = sum(2 if what == "boot" else 1 for _, exchanges in CONVERSATIONS for what, _ in exchanges)
    assert spoken + 2 * 3 >= 30


def test_an_authoritative_site_refuses_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("AUTHORITATIVE = True\nDATABASE_ENGINE = 'INI'\nINI_FILE = 'static.ini'\n")
    shutil.copy(INI, tmp_path)
    server = server_of(read_static(str(tmp_path / "conf.py")))
    for mac, what, expected in (
        (LOBBY, "renew 10.0.0.77", "NAK "), (LOBBY, "rebind 10.0.0.9", "ACK 10.0.0.9"),
        (STRANGER, "reboot 10.0.0.77", "silence"), (STRANGER, "renew 10.0.0.77", "silence"),  # it sent both a NAK
        (STRANGER, "discover", "silence"),  # that server sent a NAK, which RFC 2131 does not know for a DISCOVER
    ):  # fmt: skip
        assert say(server.phone(mac), what).startswith(expected), (mac, what)


@pytest.mark.parametrize(
    ("mac", "seconds", "options"),
    [
        (LOBBY, 7200, {3: "10.0.0.1", 12: "lobby"}),
        (SHORT, 60, {3: "10.0.0.254", 12: "short"}),
        (BENCH, 600, {3: "10.0.1.1", 12: "bench", 1: "255.255.255.0", 6: None, 15: None, 42: None}),
    ],
)
def test_options_lease_times_and_names(found: Imported, mac: str, seconds: int, options: dict[int, str | None]) -> None:
    common: dict[int, str | None] = {
        1: "255.255.255.0", 6: "10.0.0.53, 10.0.0.54, 10.0.0.55", 15: "lan.example.org", 28: "10.0.0.255",
        42: "10.0.0.3, 10.0.0.4",
    }  # fmt: skip
    expected = options if mac == BENCH else common | options
    phone = server_of(found).phone(mac)
    offer = phone.discover(o55=bytes((1, 3, 6, 12, 15, 28, 42)))
    for heard in (offer, phone.take(offer, o55=bytes((1, 3, 6, 12, 15, 28, 42)))):
        told = {code: format_value(code, heard.options[code]) if code in heard.options else None for code in expected}
        assert told == expected
        assert heard.lease_time == seconds


def test_what_is_not_carried_over_is_told_with_its_line(tmp_path: Path) -> None:
    shutil.copy(INI, tmp_path)
    found = read_static(str(shutil.copy(CONF, tmp_path / "conf.py")))
    rows = {(row.construct, row.place.file.rpartition("/")[2], row.place.line): row for row in found.not_carried}
    assert found.pxe_port == 4011
    assert "pxe_port = 4011\n" in toml_text(found, "there")
    assert "conf =" in rows["NAK_RENEWALS", "conf.py", 10].instead
    assert "[admin]" in rows["WEB_PORT", "conf.py", 11].instead
    assert ("X_HTTPDB_URI", "conf.py", 12) in rows
    assert rows["LOG_FILE", "conf.py", 13].why == "its value is computed"
    assert rows["loadDHCPPacket", "conf.py", 18].why == "code is not carried over"
    assert any(name.startswith("raise SystemExit") for name, _, _ in rows)
    assert ("vlan of [lab|0]", "static.ini", 24) in rows
    assert ("client 00:00:5e:00:53:05", "static.ini", 50) in rows
    assert (found.address, found.interfaces) == ("10.0.0.2", ["s0"])


def test_networks_and_reservations_are_as_the_groups_and_clients(found: Imported) -> None:
    assert [(each.name, each.subnet & 0xFFFF, each.lease_time, each.authoritative, each.identity, each.segment)
            for each in found.networks] == [
        ("main-0", 0, 7200, False, "mac", "everywhere"), ("lab-0", 256, 600, False, "mac", "everywhere"),
    ]  # fmt: skip
    [short] = found.classes
    assert (short.name, short.match, short.lease_time) == ("main-1", {"mac": (SHORT,)}, 60)
    assert {row["value"]: (row["address"], row["hostname"], row["options"]) for row in reservation_rows(found)} == {
        LOBBY: ("10.0.0.9", "lobby", {}), DESK: ("10.0.0.10", None, {}), BENCH: ("10.0.1.9", "bench", {}),
        SHORT: ("10.0.0.50", "short", {"routers": "10.0.0.254"}),
    }  # fmt: skip
    assert all(isinstance(row, Reservation) for row in found.reservations)


def test_relays_masks_and_servers_are_carried_over(tmp_path: Path) -> None:
    (tmp_path / "site.ini").write_text(
        "[a|0]\nlease-time: 60\n[00:00:5e:00:53:01]\nip: 10.0.0.9\nsubnet: a\nserial: 0\n"
        "[00:00:5e:00:53:02]\nip: 10.0.1.9\nsubnet: a\nserial: 0\n"
    )
    (tmp_path / "conf.py").write_text(
        "AUTHORITATIVE = True\nALLOW_DHCP_RELAYS = True\nALLOWED_DHCP_RELAYS = ['10.9.0.1', '10.0.0.1']\n"
        "ALLOW_LOCAL_DHCP = False\nENABLE_RAPIDCOMMIT = True\nDHCP_SERVER_PORT = 6767\n"
        "DATABASE_ENGINE = 'INI'\nINI_FILE = 'site.ini'\n"
    )
    found = read_static(str(tmp_path / "conf.py"))
    [network] = found.networks
    assert (network.prefix, network.relays, network.authoritative, network.rapid_commit) == (
        23, ("10.9.0.1",), True, True,
    )  # fmt: skip
    assert found.port == 6767
    told = {row.construct: row.instead for row in found.not_carried}
    assert "a prefix length of 23 is taken from its addresses" in told["subnet mask of a|0"]
    assert "leave their interfaces out" in told["ALLOW_LOCAL_DHCP"]


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("conf.py", "def (", "conf.py:1:1: is no Python"),
        ("a.ini", "nonsense", "a.ini:1:1: stands before the first [section]"),
        ("a.ini", "[a|0]\n[00:00:5e:00:53:01]\nip: 1", "a.ini:2:1: [00:00:5e:00:53:01] has no subnet"),
        ("a.db", "no database", "cannot be read: file is not a database"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(name: str, text: str, what: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadSource) as caught:
        read_static(str(tmp_path / name))
    assert what in str(caught.value)


def test_a_url_is_told_without_its_password() -> None:
    with pytest.raises(BadSource) as caught:
        read_static("postgresql://user:geheim@127.0.0.1:1/db")
    assert "cannot be read" in str(caught.value)
    assert "geheim" not in str(caught.value)
