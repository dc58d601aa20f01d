"""Writes a small fleet and a few leases with the code of any revision, as SQL, for tests/store/test_upgrade.py.

Run it with the code of the commit that a database is to be from, and the revision that this commit ends with:
    git worktree add ../then COMMIT && PYTHONPATH=../then/src:. .venv/bin/python -m tests.store.old.write r0008
Whoever adds a revision runs it at the commit before, so that the last one before it is there.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from ringboot.fleet.books import PluginState
from ringboot.leases.change import bind, decline, release, renew
from ringboot.model.device import Config, Device, DeviceFile
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, Lease, LeaseChange
from ringboot.model.site import Reservation
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal import Journal

HERE = Path(__file__).parent
UTC = 1_767_225_600.0  # the first of January 2026
MACS = ("00:08:5d:00:00:01", "80:5e:c0:00:00:02")
SHA = "ab" * 32
DEVICES = (
    Device(
        "d1", MACS[0], "10.0.1.7", "SN1", None, "Aastra", "6731i", "2.6.0.2019", "aastra", "ann", True, "auto",
        "the lobby's", {"switchboard": True, "nested": {"a": [1, "ü"]}}, "It has the model.", None,
    ),
    Device("d2", MACS[1], None, plugin="yealink", config="autoprov-1", added="anna", problem="base.tpl, line 3: no"),
    Device("d3", None, "10.0.1.9", uuid="f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
)  # fmt: skip
CONFIGS = (
    Config("base", (), {"ntp_enabled": True, "ntp_ip": "10.0.0.1"}, "default", False, False, "Base"),
    Config("ann", ("base",), {"sip_lines": {"1": {"username": "ann", "password": "hunter2"}}}),
    Config("autoprov-1", ("base",), {"admin_password": "7"}, None, True),
)
RESERVATIONS = (
    Reservation("phones", "client-id", "01aabb", "10.0.1.8"),
    Reservation("phones", "mac", MACS[0], "10.0.1.7", "lobby", {"66": "http://10.0.0.2:8667"}),
)
FILES = (
    DeviceFile("aastra", "00085D000001.cfg", "d1", "", True, SHA, "templates/base.tpl"),
    DeviceFile("aastra", "aastra.cfg", None, "", False, SHA, "templates/aastra.cfg.tpl"),
)
EVENTS = tuple(
    Event(UTC + number, "configured", MACS[0], "d1", "10.0.1.7", {"count": 2, "changed": number}) for number in (1, 2)
)
STRANGER = Event(UTC + 9, "unknown-device", None, None, "10.0.1.99", {"path": "x.cfg", "peer": "10.0.1.99"})
OCTETS = tuple(bytes.fromhex(mac.replace(":", "")) for mac in MACS)
EVIDENCE = b"\x00\x3c\x00\x06Aastra"  # option 60, as model.evidence packs it
USER: dict[str, Any] = {
    "name": "anna",
    "role": "operator",
    "digest": "argon2",
    "created": UTC,
    "seen": None,
    "must_change": True,
}
SESSION: dict[str, Any] = {
    "digest": "ee" * 32, "id": "s1", "user": "anna", "created": UTC, "seen": UTC + 1, "address": "10.0.0.7",
    "agent": "Firefox",
}  # fmt: skip
TOKEN: dict[str, Any] = {
    "id": "t1", "name": "cron", "digest": "ff" * 32, "role": "viewer", "scope": ("/devices",), "user": "anna",
    "created": UTC, "expires": UTC + 60, "used": None,
}  # fmt: skip
WORD, DIGEST = "w" * 26, "cd" * 32


def leases() -> Iterator[LeaseChange]:
    """Give what happened: one lease renewed, one given back, one declined, and one that only ends."""
    for number, mac in enumerate((*OCTETS, OCTETS[0], OCTETS[1])):
        key, address = b"\x01" + mac, 0x0A000107 + number
        yield bind("phones", address, key, mac, seconds=3600, evidence=EVIDENCE, utc=UTC + number)
        held = Lease("phones", address, key, mac, BOUND, int(UTC) + number, int(UTC) + 3600, EVIDENCE)
        if number == 0:
            yield renew(held, mac, seconds=3600, evidence=EVIDENCE, utc=UTC + 1800)
        if number == 1:
            yield release(held, UTC + 60)
        if number == 2:
            yield decline(held, UTC + 90)


def fill(books: Any) -> None:
    """Write one of everything that the books of the present code know."""
    for config in CONFIGS:
        books.configs.put(config, "anna", UTC)
    for device in DEVICES:
        books.devices.put(Device(device.id, device.mac), "auto", UTC)
        books.devices.put(device, "anna", UTC + 1)
    for event in (*EVENTS, STRANGER):
        books.events.add(event)
    for reservation in RESERVATIONS:
        books.reservations.put(reservation)
    if hasattr(books.files, "put"):
        books.files.put(FILES)
    else:
        books.files.replace("d1", FILES[:1])
        books.files.replace_common("aastra", FILES[1:])
    books.settings.put("NAT", 1, "anna", UTC)
    books.plugins.put(PluginState("aastra", "installed", "aastra"))
    books.numbers.put("journal", 7)
    _fill_more(books)


def _fill_more(books: Any) -> None:
    """Write what came with later revisions."""
    if hasattr(books, "urls"):
        books.urls.put("d1", WORD, DIGEST)
    if hasattr(books, "uses"):
        from ringboot.fleet.books import PoolMoment

        books.uses.put(60, [PoolMoment(int(UTC), "phones", "10.0.1.0-10.0.1.255", 256, 7, 1)])
    if hasattr(books, "names"):
        from ringboot.model.dnsname import DnsName

        books.names.put(DnsName("10.0.1.7", MACS[0], "lobby.lab.example.org", "aa", "lobby.lab.example.org", "aa"))
    if hasattr(books, "rollouts"):
        from ringboot.model.rollout import Rollout, RolloutDevice

        books.rollouts.put(
            Rollout("r1", "aastra", "aastra-2", "anna", UTC, state="paused", reason="rollout-first-done")
        )
        books.rollouts.put_devices([RolloutDevice("r1", "d1", 1, "moved"), RolloutDevice("r1", "d2", 2, "waiting")])
    if hasattr(books, "syncs"):
        from ringboot.model.sync import SyncRow

        job = books.syncs.add(UTC, "anna")
        books.syncs.put([SyncRow(job.id, "d1", MACS[0], "told", "", {"path": "00085D000001.cfg"}, 1, UTC + 300, UTC)])
    if hasattr(books, "deliveries"):
        from ringboot.model.webhook import Delivery

        books.deliveries.add([Delivery("0a", "nms", "failed", UTC, "{}", 1, UTC + 60, "it answers 500")])
        books.told.put("stuck", "d2", UTC)
    if hasattr(books, "users"):
        from ringboot.model.user import Session, Token, User

        books.users.put(User(**USER))
        books.sessions.put(Session(**SESSION))
        books.tokens.put(Token(**TOKEN))
    if hasattr(books, "machines"):
        from ringboot.model.machine import Machine

        books.machines.put(Machine("d2", "approved", UTC, "anna", "w2", "dd" * 32, UTC + 5))
        books.machines.use("d2", "preseed.cfg", UTC + 6)
    if "code" in {each.name for each in fields(Config)}:
        books.configs.put(Config("cleo", ("base",), {}, code="123456"), "anna", UTC)


def dumped(path: Path) -> str:
    """Write a database as SQL, with the marks that its makers put into the file."""
    with closing(sqlite3.connect(path)) as database:
        marks = [f"PRAGMA {name}={database.execute(f'PRAGMA {name}').fetchone()[0]};" for name in MARKS]
        return "\n".join((*marks, *database.iterdump())) + "\n"


MARKS = ("application_id", "user_version")


def restored(text: str, path: Path) -> None:
    """Make the database again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript(text)


def main(revision: str) -> None:
    """Write both databases of a revision."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        db = FleetDb.open(folder / "fleet.db")
        db.write_sync(fill)
        db.close()
        journal = Journal.open(folder / "leases")
        journal.append(list(leases()))
        journal.close()
        (log,) = (folder / "leases").glob("*.journal")
        for kind, path in (("fleet", folder / "fleet.db"), ("leases", log)):
            packed = gzip.compress(dumped(path).encode(), mtime=0)
            (HERE / f"{revision}.{kind}.sql.gz").write_bytes(packed)


if __name__ == "__main__":
    main(sys.argv[1])
