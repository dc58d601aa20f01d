"""Lease files of other servers, and their live leases in our journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ringboot.compat.importers.imported import BadSource, LeaseRow, NotCarried
from ringboot.compat.importers.leases import Row, read_dnsmasq_leases, read_isc_leases, read_kea_leases
from ringboot.compat.importers.takeover import Taken, take_over
from ringboot.leases.terms import INFINITE
from ringboot.model import evidence
from ringboot.model.address import ip_number
from ringboot.model.lease import BOUND, DECLINED, RELEASED, LeaseChange
from ringboot.model.site import Network
from ringboot.store.journal import Journal

NOW = 1_800_000_000
LATER = NOW + 1000
KEA_HEAD = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
MAC = bytes.fromhex("00005e005301")


def read(read_file: Callable[[Path], Iterator[Row]], tmp_path: Path, text: str) -> list[Row]:
    path = tmp_path / "leases"
    path.write_text(text)
    return list(read_file(path))


def plain(rows: list[Row]) -> list[tuple[object, ...]]:
    return [tuple(row)[1:] for row in rows if isinstance(row, LeaseRow)]


def test_kea_writes_a_line_for_every_change(tmp_path: Path) -> None:
    rows = read(read_kea_leases, tmp_path, KEA_HEAD + (
        f"10.0.0.10,00:00:5e:00:53:01,01:00:00:5e:00:53:01,1000,{LATER},1,0,0,desk&#x2c1.,0,\n"
        f"10.0.0.11,00:00:5e:00:53:01,,0,{NOW},1,0,0,,0,\n"
        f"10.0.0.12,,,86400,{LATER},1,0,0,,1,\n"
        f"10.0.0.13,00:00:5e:00:53:01,,4294967295,{LATER},1,0,0,,0,\n"
    ))  # fmt: skip
    identifier = b"\x01" + MAC
    assert plain(rows) == [
        (ip_number("10.0.0.10"), MAC, identifier, BOUND, NOW, LATER, {12: b"desk,1", 61: identifier}),
        (ip_number("10.0.0.11"), MAC, None, RELEASED, NOW, NOW, {}),
        (ip_number("10.0.0.12"), b"", None, DECLINED, LATER - 86400, LATER, {}),
        (ip_number("10.0.0.13"), MAC, None, BOUND, LATER - INFINITE, INFINITE, {}),
    ]


def test_what_keas_clean_up_left_is_read_first(tmp_path: Path) -> None:
    def line(name: str) -> str:
        return f"{KEA_HEAD}10.0.0.10,00:00:5e:00:53:01,,1000,{LATER},1,0,0,{name},0,\n"

    def names() -> list[bytes]:
        return [row.options[12] for row in read(read_kea_leases, tmp_path, line("now")) if isinstance(row, LeaseRow)]

    for ending in ("1", "2"):
        (tmp_path / f"leases.{ending}").write_text(line(ending))
    assert names() == [b"2", b"1", b"now"]
    (tmp_path / "leases.completed").write_text(line("completed"))
    assert names() == [b"completed", b"now"]


ISC = """
authoring-byte-order little-endian;
server-duid "\\000\\001";
lease 10.0.0.10 {
  starts 5 2027/01/15 08:00:00;
  ends 5 2027/01/15 08:16:40;
  cltt 5 2027/01/15 08:00:00;
  binding state active;
  next binding state free;
  hardware ethernet 00:00:5e:00:53:01;
  uid "\\001\\000\\000^\\000S\\001";
  set vendor-class-identifier = "AcmeTelephone";
  client-hostname "desk";
}
lease 10.0.0.11 { starts epoch 1800000000; # Fri Jan 15
  ends never; binding state active; hardware ethernet 00:00:5e:00:53:02; }
lease 10.0.0.12 { starts 5 2027/01/15 08:00:00; ends 5 2027/01/15 08:00:00; binding state abandoned; }
lease 10.0.0.13 { starts 5 2027/01/15 08:00:00; ends 5 2027/01/15 09:00:00; binding state free; }
lease 10.0.0.14 { binding state active; }
failover peer "x" state { my state normal at 5 2027/01/15 08:00:00; }
"""


def test_dhcpd_writes_a_block_for_every_change(tmp_path: Path) -> None:
    rows = read(read_isc_leases, tmp_path, ISC)
    identifier = b"\x01" + MAC
    assert plain(rows) == [
        (
            ip_number("10.0.0.10"),
            MAC,
            identifier,
            BOUND,
            NOW,
            LATER,
            {12: b"desk", 61: identifier, 60: b"AcmeTelephone"},
        ),
        (ip_number("10.0.0.11"), bytes.fromhex("00005e005302"), None, BOUND, NOW, INFINITE, {}),
        (ip_number("10.0.0.12"), b"", None, DECLINED, NOW, INFINITE, {}),
        (ip_number("10.0.0.13"), b"", None, RELEASED, NOW, NOW + 3600, {}),
    ]
    [odd] = [row for row in rows if isinstance(row, NotCarried)]
    assert (odd.construct, odd.place.line) == ("lease 10.0.0.14", 19)


def test_dnsmasq_writes_a_line_for_every_lease(tmp_path: Path) -> None:
    text = (
        f"{LATER} 00:00:5e:00:53:01 10.0.0.10 desk 01:00:00:5e:00:53:01\n0 00:00:5e:00:53:02 10.0.0.11 * *\n"
        f"{LATER} nonsense\nduid 00:01\n{LATER} 1 fd00::1 * 00:01\n"
    )
    rows = read(read_dnsmasq_leases, tmp_path, text)
    identifier = b"\x01" + MAC
    assert plain(rows) == [
        (ip_number("10.0.0.10"), MAC, identifier, BOUND, 0, LATER, {12: b"desk", 61: identifier}),
        (ip_number("10.0.0.11"), bytes.fromhex("00005e005302"), None, BOUND, 0, INFINITE, {}),
    ]
    assert [(row.construct, row.place.line) for row in rows if isinstance(row, NotCarried)] == [
        (f"lease {LATER} nonsense", 3)
    ]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="is no lease file of kea-dhcp4"):
        read(read_kea_leases, tmp_path, "hello\n")


NETWORKS = (
    Network("lan", ip_number("10.0.0.0"), 24, "lan"),
    Network("lab", ip_number("10.1.0.0"), 24, "lab", identity="mac"),
)


def taken(tmp_path: Path, text: str) -> tuple[Taken, list[LeaseChange]]:
    journal = Journal.open(tmp_path / "journal")
    try:
        report = take_over(read(read_dnsmasq_leases, tmp_path, text), NETWORKS, journal, NOW)
        return report, list(journal.load())
    finally:
        journal.close()


def test_live_leases_are_written_and_every_address_is_counted(tmp_path: Path) -> None:
    report, rows = taken(tmp_path, (
        f"{LATER} 00:00:5e:00:53:01 10.0.0.10 desk 01:00:00:5e:00:53:01\n"
        f"{NOW - 1} 00:00:5e:00:53:02 10.0.0.11 * *\n"
        f"{LATER} 00:00:5e:00:53:03 10.1.0.9 * 01:02:03\n"
        f"{LATER} 00:00:5e:00:53:04 10.9.0.9 * *\n"
        f"{LATER - 5} 00:00:5e:00:53:01 10.0.0.12 * 01:00:00:5e:00:53:01\n"
    ))  # fmt: skip
    assert (report.read, report.taken, report.over, report.there) == (5, 2, 1, 0)
    assert [(row.construct, row.why) for row in report.not_carried] == [
        ("lease of 10.9.0.9", "no network holds it"),
        ("lease of 10.0.0.12", "its client has 10.0.0.10 of the same network too"),
    ]
    assert [(row.network, row.address, row.key, row.start, row.expiry) for row in rows] == [
        ("lan", ip_number("10.0.0.10"), b"\0\x01" + MAC, NOW, LATER),
        ("lab", ip_number("10.1.0.9"), b"\x01" + bytes.fromhex("00005e005303"), NOW, LATER),
    ]
    assert evidence.unpack(rows[0].evidence)[12] == b"desk"


def test_what_the_journal_knows_better_stays(tmp_path: Path) -> None:
    line = f"{LATER} 00:00:5e:00:53:01 10.0.0.10 * *\n"
    assert taken(tmp_path, line)[0].taken == 1
    again, rows = taken(tmp_path, line)
    assert (again.taken, again.there, len(rows)) == (0, 1, 1)
    other, rows = taken(tmp_path, line.replace("53:01", "53:02"))
    assert (other.taken, len(rows)) == (0, 1)
    assert "somebody else has it by now" in str(other.not_carried[0])
    longer, rows = taken(tmp_path, line.replace(str(LATER), str(LATER + 9)))
    assert (longer.taken, rows[-1].expiry) == (1, LATER + 9)
