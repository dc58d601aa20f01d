"""Who takes part: phones of both brands with their way of asking, and what is compared of a device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.whole.claims.asking import MISSING, http_answer, tftp_answer
from tests.whole.replay.site import PHONES, Site, go

from ringboot.sim.phone import Habit

DESK = Habit(
    {"60": "AastraIPPhone{model}"}, "Aastra{model} MAC:{mac_dashes} V:3.3.1.4365-SIP", ("43.2",),
    ("aastra.cfg", "{MAC}.cfg"),
)  # fmt: skip
OLD = Habit({"60": "Cisco Systems, Inc. IP Phone CP-{model}"}, "", ("150",), ("SEP{MAC}.cnf.xml", "dialplan.xml"))


@dataclass(frozen=True, slots=True)
class Person:
    """A phone, by how it asks: its door, its own file, a file that nobody has, and one that all of its brand share."""

    site: Site
    mac: str
    door: str
    plugin: str
    path: str
    missing: str
    common: str
    agent: str = ""
    address: str = ""

    def answer(self, source: str, path: str | None = None) -> bytes:
        """Ask for its own file, or for another, in its name, from any address; gives the whole first answer."""
        if self.door == "http":
            return http_answer(self.site.http, source, path or self.path, self.agent)
        return tftp_answer(self.site.tftp, source, path or self.path)

    def body(self, source: str, path: str | None = None) -> bytes | None:
        """Ask in the same way for the file itself."""
        if self.door == "http":
            return self.site.get(source, path or self.path, self.agent).body
        return self.site.read(source, path or self.path).body

    def own(self) -> bytes:
        """Give its own file, as it lies there."""
        return self.site.on_disk(self.plugin, self.path)

    def row(self) -> dict[str, Any]:
        """Give what is known of it."""
        return self.site.device(self.mac)

    def is_refused(self, source: str) -> bool:
        """Tell whether its file, asked for in its name from there, is answered as a file that nobody has."""
        refused = self.answer(source)
        missing = self.answer(source, self.missing)
        nameless = replace(self, agent="").answer(source, self.missing)  # whoever asks
        assert nameless.startswith(b"HTTP/1.1 404 " if self.door == "http" else MISSING)
        return refused == missing == nameless

    def reads_its_file(self) -> bool:
        """Tell whether it gets its own file at its own address."""
        return self.body(self.address) == self.own()


def desk_phone(site: Site, mac: str, address: str = "") -> Person:
    """Describe a phone that asks by HTTP and says its MAC."""
    agent = site.phone(mac, "6731i", DESK).filled(DESK.agent)
    files = (f"Aastra/{mac.upper()}.cfg", "Aastra/no-such.cfg", "Aastra/aastra.cfg")
    return Person(site, mac, "http", "aastra", *files, agent, address)


def old_phone(site: Site, mac: str, address: str = "") -> Person:
    """Describe a phone that asks by TFTP, where only a path can say a MAC."""
    files = (f"SEP{mac.upper()}.cnf.xml", "no-such.xml", "dialplan.xml")
    return Person(site, mac, "tftp", "cisco-7900", *files, "", address)


def come_up(site: Site, mac: str, relay: str = PHONES, *, old: bool = False) -> Person:
    """Let a phone boot and read its files."""
    phone = site.phone(mac, "7961G" if old else "6731i", OLD if old else DESK, relay)
    assert go(phone)[-1].what == "done"
    assert phone.lease is not None
    return (old_phone if old else desk_phone)(site, mac, phone.lease.address)
