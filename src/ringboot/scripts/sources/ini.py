"""An INI file in staticDHCPd's form: sections [subnet|serial] and [mac]; read again when it has changed."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path

from ringboot.model.address import mac_octets, mac_text
from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.ini_text import BadIni, Section, read_ini
from ringboot.scripts.sources.source import Record, SourceFailed

KEYS = (
    "lease-time", "gateway", "subnet-mask", "broadcast-address", "ntp-servers", "domain-name-servers", "domain-name",
)  # fmt: skip
MAC_KEYS = ("ip", "subnet", "serial", "hostname", "lease-time", "network", "t1", "t2")
LARGEST = 64 << 20  # octets
_GROUP = re.compile(r"(.+)\|\s*(-?\d+)")


class IniSource:
    """A file that is held in memory; one that cannot be read any more is a failure, and asked about again."""

    reads = ("mac",)

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._records: dict[str, Record] = {}
        self._fault = ""

    def lookup(self, client: Client) -> Sequence[Record]:
        """Look whether the file has changed, then look up."""
        with self._lock:
            self._read()
            if self._fault:
                raise SourceFailed(self._fault)
            record = self._records.get(client.mac)
        return [record] if record is not None else []

    def _read(self) -> None:
        try:
            seen = os.stat(self._file)
            stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
            if stamp == self._stamp:
                return
            if seen.st_size > LARGEST:
                raise BadIni(1, f"the file has more than {LARGEST >> 20} MiB")
            self._records = records_of(read_ini(self._file.read_text(encoding="utf-8-sig")))
            self._stamp, self._fault = stamp, ""
        except OSError as error:
            self._stamp, self._fault = None, f"{self._file} cannot be read: {error.strerror}"
        except UnicodeDecodeError:
            self._stamp, self._fault = stamp, f"{self._file} is not UTF-8"
        except BadIni as error:
            self._stamp, self._fault = stamp, f"{self._file}, {error}"

    def give_up(self, thread: int) -> None:
        """Do nothing: a file does not hang for long."""

    def close(self) -> None:
        """Forget the file."""
        with self._lock:
            self._stamp, self._records = None, {}


def faults_of(file: Path) -> list[str]:
    """Say what is wrong with a file, nothing when it is good."""
    source = IniSource(file)
    try:
        source.lookup(Client(""))
    except SourceFailed as error:
        return [str(error)]
    return []


def group_of(section: Section) -> tuple[str, int] | None:
    """Read the name of a section of a subnet; None for one of a MAC."""
    found = _GROUP.fullmatch(section.name)
    return (found[1].strip(), int(found[2])) if found else None


def mac_of(section: Section) -> str:
    """Read the name of a section of a MAC, in any separators; BadIni."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", section.name)
    if len(digits) != 12 or re.search(r"[G-Zg-z]", section.name):
        raise BadIni(section.line, f"[{section.name}] is neither a MAC nor subnet|serial")
    return mac_text(mac_octets(digits))


def records_of(sections: Sequence[Section]) -> dict[str, Record]:
    """Put the sections of MACs together with those of their subnets; BadIni."""
    groups = {group: section for section in sections if (group := group_of(section)) is not None}
    records: dict[str, Record] = {}
    for section in sections:
        if group_of(section) is not None:
            _check_keys(section, KEYS)
            if not section.text("lease-time"):
                raise BadIni(section.line, f"[{section.name}] has no lease-time")
            continue
        mac = mac_of(section)
        if mac in records:
            raise BadIni(section.line, f"[{section.name}] is {mac}, which stands here before")
        records[mac] = _record(section, groups)
    return records


def _record(section: Section, groups: dict[tuple[str, int], Section]) -> Record:
    _check_keys(section, MAC_KEYS)
    missing = [key for key in ("ip", "subnet", "serial") if not section.text(key)]
    if missing:
        raise BadIni(section.line, f"[{section.name}] has no {' and no '.join(missing)}")
    subnet, serial = section.text("subnet"), section.text("serial")
    group = groups.get((subnet, int(serial))) if re.fullmatch(r"-?\d{1,18}", serial) else None
    if group is None:
        raise BadIni(section.line, f"[{section.name}] is in {subnet}|{serial}, and there is no such section")
    record: dict[str, object] = {}
    for whole, where in ((group, "subnets"), (section, "maps")):
        for (mark, name), entry in whole.entries.items():
            if not mark:
                record[name.replace("-", "_")] = entry.text
            elif mark == "option":
                record[f"option:{name}"] = entry.text
            else:
                record[f"{where}.{name}"] = entry.value
    record["serial"] = int(serial)
    return record


def _check_keys(section: Section, known: Sequence[str]) -> None:
    for (mark, name), entry in section.entries.items():
        if not mark and name not in known:
            raise BadIni(entry.line, f"{name} is no key here; an extra one is written s:{name} (or i: f: b:)")
        if mark and mark != "option":
            try:
                _ = entry.value
            except ValueError as error:
                raise BadIni(entry.line, f"{mark}:{name}: {error}") from None
