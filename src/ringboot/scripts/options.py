"""The options of a message as scripts see them: by any name, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence

from ringboot.dhcp import options as table
from ringboot.dhcp import private
from ringboot.dhcp.private import Private

# What the server writes itself, whatever a script says: the type, what is echoed, and how the message is made up.
OURS = {52: "overload", 53: "the type", 57: "the size", 61: "what the client says", 82: "what the relay says"}

Name = str | int
Value = str | int | bool | bytes | Sequence[str | int]


def key_of(name: Name, declared: Sequence[Private] = ()) -> str:
    """Give the key of an option by ISC's name, IANA's, staticDHCPd's, the site's own, or a number; ValueError."""
    text = str(name)
    row = private.find(declared, text)
    return table.canonical(text) if row is None else row.key


def text_of(value: Value) -> str:
    """Write a value as the configuration has it: lists with commas, octets as hex."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray):
        return "hex:" + bytes(value).hex()
    if isinstance(value, str | int):
        return str(value)
    return ", ".join(map(text_of, value))


def octets_of(name: Name, value: Value, declared: Sequence[Private] = ()) -> tuple[str, bytes]:
    """Give the key of an option and the octets of a value; ValueError names the option."""
    text = str(name)
    row = private.find(declared, text)
    key = table.canonical(text) if row is None else row.key
    if isinstance(value, bytes | bytearray):
        return key, bytes(value)
    try:
        written = text_of(value)
        return key, table.encode_text(key, written) if row is None else private.octets_of(row, written)
    except ValueError as error:
        raise ValueError(f"option {name}: {error}") from None


class Options(Mapping[Name, str]):
    """The options of a message: `options["vendor-class-identifier"]`, `options[60]`, `options["82.1"]` give text.

    An option that is not there raises KeyError; `get` gives None.
    """

    def __init__(self, options: dict[int, bytes], declared: Sequence[Private] = ()) -> None:
        self._options = options
        self._declared = declared

    def octets(self, name: Name) -> bytes:
        """Give the octets of an option as they stand in the message; KeyError."""
        try:
            key = key_of(name, self._declared)
        except ValueError as error:
            raise KeyError(str(error)) from None
        code, dot, _ = key.partition(".")
        whole = self._options.get(int(code))
        found = table.part_of(key, whole) if dot and whole is not None else whole
        if found is None:
            raise KeyError(name)
        return found

    def __getitem__(self, name: Name) -> str:
        octets = self.octets(name)
        row = private.find(self._declared, str(name))
        key = key_of(name, self._declared)
        if row is not None:
            return private.shown((row,), key, "hex:" + octets.hex())[1]
        return table.format_part(key, octets) if "." in key else table.format_value(int(key), octets)

    def __iter__(self) -> Iterator[Name]:
        return iter([table.name_of(str(code)) for code in self._options])

    def __len__(self) -> int:
        return len(self._options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)})"


class MutableOptions(Options, MutableMapping[Name, str]):
    """The options of a reply: text, numbers, lists and octets may be set, and `del` takes an option out."""

    def __setitem__(self, name: Name, value: Value) -> None:
        key, octets = octets_of(name, value, self._declared)
        code = self._ours(key)
        if "." in key:
            whole = self._options.get(code)
            before = {} if whole is None else {str(code): "hex:" + whole.hex()}
            octets = table.build({**before, key: "hex:" + octets.hex()})[code]
        self._options[code] = octets

    def __delitem__(self, name: Name) -> None:
        self.octets(name)  # KeyError
        key = key_of(name, self._declared)
        if "." in key:
            raise ValueError(f"option {name} is part of another: set that, or delete the whole")
        del self._options[self._ours(key)]

    @staticmethod
    def _ours(key: str) -> int:
        code = int(key.partition(".")[0])
        if code in OURS:
            raise ValueError(f"option {code} ({table.name_of(str(code))}) is {OURS[code]}: the server writes it itself")
        return code
