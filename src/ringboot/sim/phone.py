"""A virtual phone: gets its address, takes the server from its options, asks for its files in its brand's order."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ringboot.dhcp import options as option_table
from ringboot.model.address import ip_text
from ringboot.sim.fetching import Fetched, fetch
from ringboot.sim.leasing import WAITS, Leased, Leasing, Refused

_URL = re.compile(rb"https?://[^\s\"'<>]+")
OPTIONAL = "?"  # before a name in `asks`: the phone goes on when the file is missing


@dataclass(frozen=True, slots=True)
class Habit:
    """How phones of one kind boot, as their manifest's [[boot]] tells it."""

    says: Mapping[str, str]  # option -> text, with {model} {version} {mac} {MAC}
    agent: str  # User-Agent, with the same names
    url_from: tuple[str, ...]  # options that name the server, the first one present wins
    asks: tuple[str, ...]  # names below that URL, in order
    url: str = ""  # where it asks when no option names a server
    event: str = ""  # of a NOTIFY that makes it read its files again; none does when empty


class Step(NamedTuple):
    """One thing that happened to a phone on its way."""

    what: str  # address | file | missing | failed | done
    detail: str


@dataclass(slots=True)
class Phone:
    """One phone of the simulation; `spoof` makes it ask for another phone's files."""

    mac: bytes
    brand: str
    model: str
    version: str
    habit: Habit
    relay: str
    server: tuple[str, int]
    tftp_port: int = 69
    spoof: bytes | None = None
    waits: tuple[float, ...] = WAITS  # seconds before DHCP is asked again
    lease: Leased | None = None
    files: dict[str, Fetched] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name it as a person would."""
        return f"{self.brand} {self.model}".strip()

    def filled(self, text: str, mac: bytes | None = None) -> str:
        """Fill in what this phone is, or another one's MAC."""
        octets = mac or self.mac
        names = {
            "model": self.model,
            "version": self.version,
            "mac": octets.hex(),
            "MAC": octets.hex().upper(),
            "serial": f"SN{octets.hex().upper()}",
            "mac_dashes": octets.hex("-").upper(),
            "mac_colons": octets.hex(":"),
            "mac_underscores": octets.hex("_"),
        }
        return text.format_map(names)

    async def boot(self) -> AsyncIterator[Step]:
        """Go the whole way once, telling each step."""
        says = option_table.build({key: self.filled(text) for key, text in self.habit.says.items()})
        leasing = Leasing(self.mac, self.relay, self.server, says, self.waits)
        try:
            self.lease = await leasing.obtain()
        except Refused as error:
            yield Step("failed", str(error))
            return
        yield Step("address", self.lease.address)
        async for step in self.read_files():
            yield step

    async def read_files(self) -> AsyncIterator[Step]:
        """Ask for the files, as after a boot or a NOTIFY."""
        lease = self.lease
        base = None if lease is None else self._base(lease)
        if lease is None or base is None:
            yield Step("failed", "its options name no server" if lease else "it has no address")
            return
        for ask in self.habit.asks:
            name = self.filled(ask.removeprefix(OPTIONAL), self.spoof)
            url = self._told(name) or f"{base}/{name}"
            fetched = await fetch(url, lease.address, self.filled(self.habit.agent))
            self.files[name] = fetched
            if fetched.body is not None:
                yield Step("file", f"{name} ({len(fetched.body)} octets)")
            elif ask.startswith(OPTIONAL) and fetched.is_answered:
                yield Step("missing", name)
            else:
                yield Step("failed", f"{name}: {fetched.status}")
                return
        yield Step("done", "")

    def _told(self, name: str) -> str | None:
        """Give the URL of a file when one that it has read names it; `$MA` is the phone's MAC there."""
        for read in self.files.values():
            for octets in _URL.findall(read.body or b""):
                url = octets.decode("latin-1").replace("$MAU", self.mac.hex().upper()).replace("$MA", self.mac.hex())
                if url.endswith(f"/{name}"):
                    return str(url)
        return None

    def _base(self, lease: Leased) -> str | None:
        for source in self.habit.url_from:
            key, _, shape = source.partition(" ")
            code, _, part = key.partition(".")
            value = lease.options.get(int(code))
            if value is not None and part:
                value = _sub_option(value, int(part))
            if value is None:
                continue
            text = value.decode("latin-1")
            if shape:
                text = url_of(shape, text)
            if "://" in text:
                return folder_of(text, self.filled(self.habit.asks[0].removeprefix(OPTIONAL))).rstrip("/")
            host = ip_text(int.from_bytes(value[:4], "big")) if key == "150" else text
            return f"tftp://{host}:{self.tftp_port}"
        return self.habit.url or None


def folder_of(url: str, first: str) -> str:
    """Leave out a file's name: the first that is asked for, or one that the phone makes, such as $(system.mac).cfg."""
    folder, _, last = url.rpartition("/")
    return folder if "$" in last or last == first else url


def url_of(shape: str, text: str) -> str:
    """Make a URL of a list such as HOST=10.0.0.1,PORT=80: a name in the shape stands for its value."""
    named = dict(pair.split("=", 1) for pair in text.split(",") if "=" in pair)
    return re.sub(r"\{(\w+)\}", lambda found: named.get(found[1], ""), shape)


def _sub_option(value: bytes, wanted: int) -> bytes | None:
    place = 0
    while place + 2 <= len(value):
        code, size = value[place], value[place + 1]
        if code == wanted:
            return value[place + 2 : place + 2 + size]
        place += 2 + size
    return None
