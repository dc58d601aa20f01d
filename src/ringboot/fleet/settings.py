"""Settings that change at run time, a row each: name, kind, default, what it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from ringboot.fleet.books import SettingBook
from ringboot.fleet.fields import Unknown, one
from ringboot.model.address import ip_number, ip_text


class Number(NamedTuple):
    """A whole number between two others."""

    least: int
    most: int


class Line(NamedTuple):
    """One line of text, which may be empty; a secret one is never shown."""

    secret: bool = False


class Setting(NamedTuple):
    """One setting; `values` maps what a person may write to the value, or says what it is read as.

    `reads` takes any other text; ValueError.
    """

    name: str
    default: Any
    values: Mapping[str, Any] | Number | Line
    help: str
    reads: Callable[[str], Any] | None = None

    @property
    def kind(self) -> str:
        """Tell what a form for it holds: number, secret, text or choice."""
        if isinstance(self.values, Number):
            return "number"
        if isinstance(self.values, Line) or self.reads is not None:
            return "secret" if self.is_secret else "text"
        return "choice"

    @property
    def choices(self) -> tuple[str, ...]:
        """Give what a person may write, one word for each value; empty when it is no choice."""
        if not isinstance(self.values, Mapping) or self.reads is not None:
            return ()
        first: dict[Any, str] = {}
        for word, value in self.values.items():
            first.setdefault(value, word)
        return tuple(first.values())

    @property
    def is_secret(self) -> bool:
        """Tell whether its value is never shown."""
        return isinstance(self.values, Line) and self.values.secret

    def read(self, written: object) -> Any:
        """Give the value of what a person wrote; ValueError says what it may be."""
        text = str(written).strip()
        if isinstance(self.values, Number):
            least, most = self.values
            if not (text.isascii() and text.isdecimal() and least <= int(text[:12]) <= most):
                raise ValueError(f"must be a whole number from {least} to {most}")
            return int(text)
        if isinstance(self.values, Line):
            if not isinstance(written, str) or len(text) > _LONGEST or not text.isprintable():
                raise ValueError(f"must be one line of text, of at most {_LONGEST} characters")
            if self.is_secret and text == _MASK:
                raise ValueError(f"cannot be {_MASK}, which is how it is shown")
            return text
        if text.lower() in self.values:
            return self.values[text.lower()]
        if self.reads is None:
            raise ValueError(f"must be one of {' '.join(self.values)}")
        return self.reads(text)

    def shown(self, value: Any) -> Any:
        """Give a value as it may be shown."""
        return _MASK if self.is_secret and value else value


def _proxy(text: str) -> str:
    """Check the address of a proxy."""
    return _place(
        text,
        lambda at: at.scheme == "http" and at.hostname and at.port and at.path in ("", "/"),
        "must be http://HOST:PORT, or empty",
    )


def _address(text: str) -> str:
    """Check an address that devices are told."""
    try:
        return ip_text(ip_number(text))
    except ValueError:
        raise ValueError("must be an IPv4 address, or empty") from None


def _locale(text: str) -> str:
    """Check a language and a country."""
    if not re.fullmatch("[a-z]{2}_[A-Z]{2}", text):
        raise ValueError("must be a language and a country, such as fr_CA, or empty")
    return text


def _server(text: str) -> str:
    """Check the place of a repository."""
    return _place(
        text,
        lambda at: text.startswith("/") or (at.scheme in ("http", "https") and at.hostname),
        "must be a URL (http, https), the whole path of a folder, or empty",
    )


def _place(text: str, is_sound: Callable[[SplitResult], object], must: str) -> str:
    """Check a place that everybody may see who may look at settings."""
    try:
        parts = urlsplit(text)
        sound = is_sound(parts)
    except ValueError:
        raise ValueError(must) from None
    if not sound or parts.query or parts.fragment:
        raise ValueError(must)
    if "@" in parts.netloc:
        raise ValueError("must not hold a password: everybody who may look at settings would see it")
    return text


_LONGEST = 200
_MASK = "***"


_SWITCH = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}

NAT = Setting(
    "NAT",
    0,
    {"0": 0, "1": 1},
    "1: several devices may have one address, because they sit behind a router that hides them. "
    "0: a device that proves to be at an address takes it from any other.",
)
DHCP_INTEGRATION = Setting(
    "dhcp_integration",
    True,
    _SWITCH,
    "true: what a device says when it gets its address makes it known, and tells its model. "
    "false: a device is known when it asks for a file.",
)

PLUGIN_SERVER = Setting(
    "plugin_server",
    "",
    {"": ""},
    "Where plugins are from beside those that are built in: the URL or the folder of a repository. "
    "What it has is read by ringboot plugin update.",
    _server,
)
HTTP_PROXY = Setting(
    "http_proxy",
    "",
    {"": ""},
    "http://HOST:PORT: what is fetched (plugins, firmware) comes through this proxy. Empty: directly.",
    _proxy,
)

SERVER_ADDRESS = Setting(
    "server_address",
    "",
    {"": ""},
    "The address of this server that devices are told, where it is another one than they reach it at: behind NAT, or "
    "of a proxy. Empty: address of [server] in ringboot.toml, else the address of the interface they came in on.",
    _address,
)
LOCALE = Setting(
    "locale",
    "",
    {"": ""},
    "The language and country of devices, such as fr_CA, where no config says locale. Empty: what each device has "
    "from its maker.",
    _locale,
)

DIRECT, BY_ENDPOINT, BY_URI = "direct", "asterisk-endpoint", "asterisk-uri"
SYNC_THROUGH = Setting(
    "sync_through",
    DIRECT,
    {word: word for word in (DIRECT, BY_ENDPOINT, BY_URI)},
    "Who tells devices to read their files again. direct: we do. asterisk-endpoint: Asterisk does, to the endpoint "
    "that has the name of the device's first line. asterisk-uri: Asterisk does, to the device's address.",
)
SYNC_RATE = Setting(
    "sync_rate", 600, Number(1, 600_000), "How many devices are told in a minute, by `ringboot device synchronize`."
)
SYNC_RATE_PER_ADDRESS = Setting(
    "sync_rate_per_address",
    60,
    Number(1, 600_000),
    "How many devices at one address are told in a minute: those of a site behind a router that hides them.",
)
SYNC_WAIT = Setting(
    "sync_wait", 300, Number(1, 86_400), "Seconds that a device has to fetch its file after it was told."
)
SYNC_TRIES = Setting("sync_tries", 3, Number(1, 20), "How often a device is told before that counts as failed.")
SYNC_PAUSE = Setting(
    "sync_pause", 30, Number(0, 3_600), "Seconds before a device is told again; they double with each time."
)
SIP_PORT = Setting(
    "sip_port",
    0,
    Number(0, 65_535),
    "Where devices hear SIP, unless their option sip_contact says otherwise. 0: 5060, and 5061 for TLS.",
)
AMI_HOST = Setting(
    "ami_host", "127.0.0.1", Line(), "Where the manager interface of Asterisk (AMI) is, for sync_through."
)
AMI_PORT = Setting("ami_port", 5038, Number(1, 65_535), "The TCP port of the manager interface of Asterisk.")
AMI_USER = Setting("ami_user", "ringboot", Line(), "Who we are there: a section of Asterisk's manager.conf.")
BOOT_APPROVAL = Setting(
    "boot_approval",
    True,
    _SWITCH,
    "true: a machine that boots from the network is installed when a person has said yes. "
    "false: every new one is installed at once.",
)
AMI_SECRET = Setting("ami_secret", "", Line(secret=True), "Its secret there; shown as *** once it is set.")

TABLE: dict[str, Setting] = {
    row.name: row
    for row in (
        NAT, DHCP_INTEGRATION, SERVER_ADDRESS, LOCALE, PLUGIN_SERVER, HTTP_PROXY, SYNC_THROUGH, SYNC_RATE,
        SYNC_RATE_PER_ADDRESS, SYNC_WAIT,
        SYNC_TRIES, SYNC_PAUSE, SIP_PORT, AMI_HOST, AMI_PORT, AMI_USER, AMI_SECRET, BOOT_APPROVAL,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings as they hold now."""

    nat: bool = False
    dhcp_integration: bool = True
    server_address: str = ""
    locale: str = ""
    plugin_server: str = ""
    http_proxy: str = ""
    sync_through: str = DIRECT
    sync_rate: int = 600  # a minute
    sync_rate_per_address: int = 60
    sync_wait: int = 300  # seconds
    sync_tries: int = 3
    sync_pause: int = 30  # seconds
    sip_port: int = 0
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_user: str = "ringboot"
    ami_secret: str = field(default="", repr=False)
    boot_approval: bool = True


def read(book: SettingBook) -> Settings:
    """Give the settings as they hold now."""
    kept = values(book)
    return Settings(**{row.name.lower(): kept[row.name] for row in TABLE.values()})


def values(book: SettingBook) -> dict[str, Any]:
    """Give name -> value of every setting, defaults included."""
    kept = book.all()
    return {name: kept.get(name, row.default) for name, row in TABLE.items()}


def set_value(book: SettingBook, name: str, value: object, who: str, utc: float) -> Any:
    """Change a setting and give its new value; Unknown, FieldErrors."""
    row = TABLE.get(name)
    if row is None:
        raise Unknown("setting", name)
    try:
        read_value = row.read(value)
    except ValueError as error:
        raise one(name, str(error)) from None
    book.put(name, read_value, who, utc, row.shown)
    return read_value
