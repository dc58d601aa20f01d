"""How the values of ringboot.toml are written: durations, subnets, ranges, listeners, patterns, options."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, ValidationInfo

from ringboot.dhcp.arches import BY_NAME, codes_of
from ringboot.dhcp.private import KINDS, check_name, declare
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.duration import seconds_of
from ringboot.model.matching import mac_glob
from ringboot.setup.problems import Wrong

_SIZES = {"MB": 1 << 20, "GB": 1 << 30}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,62}")
_INTERFACE = re.compile(r"[^\s/]{1,15}")
LONGEST_LEASE = INFINITE - 1
_MOST = 1 << 24


class Meaning(NamedTuple):
    """How a kind of value is called in the reference, with an example as TOML."""

    name: str
    example: str


class Subnet(NamedTuple):
    """A network address and its prefix length."""

    number: int
    prefix: int

    @property
    def last(self) -> int:
        """Give its last address."""
        return self.number | ~prefix_mask(self.prefix) & 0xFFFFFFFF

    def holds(self, address: int) -> bool:
        """Tell whether an address lies in it."""
        return self.number <= address <= self.last

    def __str__(self) -> str:
        """Write it as 10.0.0.0/24."""
        return f"{ip_text(self.number)}/{self.prefix}"


class Range(NamedTuple):
    """A run of addresses, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        """Write it as 10.0.0.10-10.0.0.99."""
        return f"{ip_text(self.first)}-{ip_text(self.last)}"


class Listen(NamedTuple):
    """Where a server listens; an empty address means all of them."""

    address: str
    port: int

    def __str__(self) -> str:
        """Write it as 10.0.0.2:69 or :69."""
        return f"{self.address}:{self.port}"


def read_duration(value: Any) -> float:
    """Read "8h", "90s", "1h30m" or a number of seconds; gives seconds."""
    todo = 'write a number of seconds, or "90s", "2m", "8h", "7d"'
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a duration", todo)
    try:
        return seconds_of(value)
    except ValueError:
        raise Wrong(f'"{value}" is not a duration', todo) from None


def duration_text(value: float) -> str:
    """Write seconds as they are written in the file."""
    if value == INFINITE:
        return "infinite"
    if value < 1:
        return f"{round(value * 1000)}ms"
    return f"{int(value) // 3600}h" if value % 3600 == 0 else f"{int(value)}s"


def _lease_time(value: Any) -> int:
    if value == "infinite":
        return INFINITE
    seconds = read_duration(value)
    if seconds != int(seconds) or not 1 <= seconds <= LONGEST_LEASE:
        todo = 'write whole seconds from 1 on, such as "8h", or "infinite"'
        raise Wrong(f"{shown(value)} is no time that a lease can have", todo)
    return int(seconds)


def _domain(value: Any) -> str:
    text = _text(value).lower().rstrip(".")
    if len(text) > 253 - 64 or not re.fullmatch(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", text):
        raise Wrong(f"{shown(value)} is not the name of a domain", 'write it as "lab.example.org"')
    return text


def _wait(value: Any) -> int:
    seconds = read_duration(value)
    if seconds != int(seconds) or seconds > INFINITE:
        raise Wrong(f"{shown(value)} is no time that can be told", 'write whole seconds, such as "30m"')
    return int(seconds)


def _part(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, float | int) or not 0 < value < 1:
        raise Wrong(f"{shown(value)} is no part of a time", "write a number between 0 and 1, such as 0.5")
    return float(value)


def _quantity(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
        raise Wrong(f"{shown(value)} is no number of leases", f"write a whole number from 1 to {_MOST}")
    return value


def _every(value: Any) -> float:
    if value is False:
        return 0.0
    seconds = read_duration(value)
    if not 10 <= seconds <= 86400:
        raise Wrong(f"{shown(value)} is too often or too seldom", 'write "10s" to "1d", or false')
    return seconds


def _deadline(value: Any) -> float:
    seconds = read_duration(value)
    if not 0.01 <= seconds <= 10:
        raise Wrong(f"{shown(value)} is too short or too long for a client that waits", 'write "10ms" to "10s"')
    return seconds


def _size(value: Any) -> int:
    todo = 'write it as "512MB" or "2GB", from 128MB on'
    found = re.fullmatch(r"(\d{1,5}) ?(MB|GB)", value) if isinstance(value, str) else None
    if found is None:
        raise Wrong(f"{shown(value)} is no amount of memory", todo)
    octets = int(found[1]) * _SIZES[found[2]]
    if octets < 128 << 20:
        raise Wrong(f"{shown(value)} is too little for Python itself", todo)
    return octets


def size_text(octets: int) -> str:
    """Write an amount of memory as it is written in the file."""
    return f"{octets >> 30}GB" if octets % (1 << 30) == 0 else f"{octets >> 20}MB"


def read_subnet(value: Any) -> Subnet:
    """Read 10.0.0.0/24; Wrong says what is wrong with it."""
    todo = 'write it as "10.0.0.0/24"'
    if not isinstance(value, str) or value.count("/") != 1:
        raise Wrong(f"{shown(value)} is not a subnet", todo)
    address, _, size = value.partition("/")
    try:
        number = ip_number(address)
    except ValueError:
        raise Wrong(f'"{value}" is not a subnet', todo) from None
    if not size.isascii() or not size.isdecimal() or not 1 <= int(size) <= 32:
        raise Wrong(f'"{value}" has no prefix length from 1 to 32', todo)
    subnet = Subnet(number & prefix_mask(int(size)), int(size))
    if subnet.number != number:
        raise Wrong(f'"{value}" is an address inside a subnet', f'write the subnet itself, "{subnet}"')
    return subnet


def _range(value: Any) -> Range:
    todo = 'write it as "10.0.0.100-10.0.0.199"'
    if not isinstance(value, str) or value.count("-") != 1:
        raise Wrong(f"{shown(value)} is not a range of addresses", todo)
    first, _, last = value.partition("-")
    try:
        found = Range(ip_number(first), ip_number(last))
    except ValueError as error:
        raise Wrong(str(error), todo) from None
    if found.first > found.last:
        raise Wrong(f'"{value}" ends before it begins', f'write "{Range(found.last, found.first)}"')
    return found


def _address(value: Any) -> str:
    try:
        return ip_text(ip_number(_text(value)))
    except ValueError:
        raise Wrong(f"{shown(value)} is not an IPv4 address", 'write it as "10.0.0.2"') from None


def _listen(value: Any) -> Listen | None:
    if value == "off":
        return None
    todo = 'write ":69" for all addresses, "10.0.0.2:69" for one, or "off"'
    if not isinstance(value, str) or value.count(":") != 1:
        raise Wrong(f"{shown(value)} is not a place to listen", todo)
    address, _, port = value.partition(":")
    if not port.isascii() or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise Wrong(f'"{value}" has no port from 1 to 65535', todo)
    try:
        return Listen(ip_text(ip_number(address)) if address else "", int(port))
    except ValueError:
        raise Wrong(f'"{value}" does not begin with an IPv4 address', todo) from None


def _folder(value: Any, info: ValidationInfo) -> Path:
    text = _text(value)
    if not text or text.startswith("~") or "\0" in text:
        raise Wrong(f"{shown(value)} is not a path that can be used", "write the whole path, beginning with /")
    # Relative to the file that says so: the daemon's working folder is nobody's choice.
    base: Path = (info.context or {}).get("folder", Path())
    return (base / text).absolute()


def _name(value: Any) -> str:
    text = _text(value)
    if not _NAME.fullmatch(text):
        raise Wrong(
            f'"{text}" cannot be a name', "use letters, digits and . _ : / - (at most 63, a letter or digit first)"
        )
    return text


def _interface(value: Any) -> str:
    text = _text(value)
    if not _INTERFACE.fullmatch(text):
        raise Wrong(f'"{text}" cannot be an interface', 'write its name, such as "eth0" (ip link shows them)')
    return text


def _option_text(value: Any) -> str:
    if isinstance(value, dict):
        sub = next(iter(value), "1")
        raise Wrong("is a table", f'a sub-option is written in quotes: "43.{sub}" = "..."')
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_option_text(item) for item in value)
    if isinstance(value, str | int):
        return str(value)
    raise Wrong(f"{shown(value)} cannot be the value of an option", "put it in quotes")


def _option_code(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Wrong(f"{shown(value)} is not the number of an option", 'write it as 224, or "43.2" for a sub-option')
    code = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,10}(?:\.[0-9]{1,10}){0,2}", code):
        raise Wrong(f"{shown(value)} is not the number of an option", 'write it as 224, or "43.2" for a sub-option')
    try:
        return declare(code, "x-declared", "opaque").key
    except ValueError as error:
        raise Wrong(str(error), "choose a number without a row in docs/reference/dhcp-options.md") from None


def _option_name(value: Any) -> str:
    try:
        return check_name(_text(value))
    except ValueError as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong(str(error), 'choose another, such as "acme-url"') from None


def _option_kind(value: Any) -> str:
    if not isinstance(value, str) or value not in KINDS:
        raise Wrong(f"{shown(value)} is not a kind of value", f"kinds are {', '.join(KINDS)}")
    return value


def _like_arch(text: str) -> str:
    begin = [name for name in BY_NAME if text and name.startswith(text)]
    if begin:
        return f"names that begin so are {', '.join(begin[:4])}{', ...' if len(begin) > 4 else ''}"
    close = difflib.get_close_matches(text, BY_NAME, 1, 0.6)
    return f"did you mean {close[0]}?" if close else ""


def plain_text(value: Any) -> str:
    """Read text that is not checked further here."""
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not text", "put it in quotes")
    return value


def shown(value: Any) -> str:
    """Write a value as it stands in TOML, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return f'"{value:.60}"' if isinstance(value, str) else str(value)


def _glob(value: Any) -> str:
    text = _text(value)
    if not text:
        raise Wrong("is empty", 'write a pattern, such as "*example*"')
    return text


def _value_glob(value: Any) -> str:
    return str(value) if type(value) is int else _glob(value)


def _mac_glob(value: Any) -> str:
    try:
        return mac_glob(_glob(value))
    except Wrong:
        raise
    except ValueError:
        raise Wrong(f"{shown(value)} is no pattern for a MAC", 'write it as "00:00:5e:*"') from None


def _arch(value: Any) -> str:
    text = str(value) if isinstance(value, str) or type(value) is int else ""
    try:
        codes_of(text)
    except ValueError:
        todo = _like_arch(text.lower()) or "write a name such as x86-uefi, or IANA's number, such as 7"
        raise Wrong(f"{shown(value)} is no architecture", todo) from None
    return text.strip().lower()


def _any_of(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Read one value, or a list of them of which any will do."""

    def read_all(value: Any) -> tuple[str, ...]:
        if value == []:
            raise Wrong("is an empty list", "name at least one")
        return tuple(map(read, value)) if isinstance(value, list | tuple) else (read(value),)

    return read_all


Folder = Annotated[Path, BeforeValidator(_folder), Meaning("path", '"/var/lib/ringboot"')]
Address = Annotated[str, BeforeValidator(_address), Meaning("IPv4 address", '"10.0.0.2"')]
Place = Annotated[Listen | None, BeforeValidator(_listen), Meaning('address:port, :port or "off"', '":8667"')]
Every = Annotated[float, BeforeValidator(_every), Meaning("duration or false", '"10m"')]
Deadline = Annotated[float, BeforeValidator(_deadline), Meaning("duration", '"300ms"')]
Size = Annotated[int, BeforeValidator(_size), Meaning("amount of memory", '"512MB"')]
LeaseTime = Annotated[int, BeforeValidator(_lease_time), Meaning('duration or "infinite"', '"8h"')]
Wait = Annotated[int, BeforeValidator(_wait), Meaning("duration", '"30m"')]
Domain = Annotated[str, BeforeValidator(_domain), Meaning("domain", '"lab.example.org"')]
Part = Annotated[float, BeforeValidator(_part), Meaning("number between 0 and 1", "0.5")]
Quantity = Annotated[int, BeforeValidator(_quantity), Meaning("whole number", "4")]
SubnetText = Annotated[Subnet, BeforeValidator(read_subnet), Meaning("subnet", '"10.0.0.0/24"')]
RangeText = Annotated[Range, BeforeValidator(_range), Meaning("range of addresses", '"10.0.0.100-10.0.0.199"')]
Name = Annotated[str, BeforeValidator(_name), Meaning("name", '"phones"')]
Names = Annotated[tuple[str, ...], BeforeValidator(_any_of(_name)), Meaning("name, or a list of them", '"voice"')]
InterfaceName = Annotated[str, BeforeValidator(_interface), Meaning("interface name", '"eth0"')]
OptionCode = Annotated[str, BeforeValidator(_option_code), Meaning("number of an option", "224")]
OptionName = Annotated[str, BeforeValidator(_option_name), Meaning("name", '"acme-url"')]
OptionKind = Annotated[str, BeforeValidator(_option_kind), Meaning("kind of value", '"text"')]
OptionText = Annotated[str, BeforeValidator(_option_text), Meaning("text", '"10.0.0.1"')]
_GLOBS = "pattern with * and ?, or a list of them"
Globs = Annotated[tuple[str, ...], BeforeValidator(_any_of(_glob)), Meaning(_GLOBS, '"Example*"')]
ValueGlobs = Annotated[tuple[str, ...], BeforeValidator(_any_of(_value_glob)), Meaning(_GLOBS, '"Example*"')]
MacGlobs = Annotated[tuple[str, ...], BeforeValidator(_any_of(_mac_glob)), Meaning(_GLOBS, '"00:00:5e:*"')]
Arches = Annotated[
    tuple[str, ...], BeforeValidator(_any_of(_arch)), Meaning("name or number, or a list of them", '"x86-uefi"')
]
