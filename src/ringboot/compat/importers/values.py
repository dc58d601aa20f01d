"""Values of options by their octets: the text that ringboot.toml takes for them."""

from __future__ import annotations

from ringboot.dhcp import options as table
from ringboot.dhcp import private
from ringboot.dhcp.private import Private
from ringboot.dhcp.rules import RESERVED
from ringboot.model.site import OptionTexts
from ringboot.wire.kinds import octets_text

# Why an option that a server writes itself is not one for the configuration, and what to do.
WRITTEN = {
    51: ("the lease time is a setting of the network", "set lease_time in it"),
    52: ("the server chooses itself where options stand", "nothing needs to be done"),
    54: ("the server writes its own address", "set address in [server], or let relays name it (RFC 5107)"),
    61: ("the server gives back what the client sent (RFC 6842)", "nothing needs to be done"),
    80: ("rapid commit is a setting of the network", "set rapid_commit = true in it"),
    82: ("the server gives back what the relay sent", "nothing needs to be done"),
    118: ("the server gives back what the client chose", "set subnet_selection = true in [dhcp]"),
}


class CannotSay(Exception):
    """Something that ringboot.toml has no words for: why, and what to do instead."""

    def __init__(self, why: str, instead: str) -> None:
        super().__init__(why)
        self.why = why
        self.instead = instead


def is_number(text: str) -> bool:
    """Tell whether it is a decimal number without a sign, of 10 digits at most: longer ones mean nothing here."""
    return text.isascii() and text.isdigit() and len(text) <= 10


def check_code(code: int) -> int:
    """Give a code that a configuration may set; CannotSay."""
    if not 0 < code < 255:
        raise CannotSay(f"{code} is not the code of an option (1 to 254)", "correct it")
    if code in RESERVED:
        raise CannotSay(*WRITTEN.get(code, ("a server's message must not carry it", "leave it out")))
    return code


def written(key: str, octets: bytes) -> str:
    """Give the text of an option or sub-option whose encoding is just these octets; CannotSay."""
    code, dot, _ = key.partition(".")
    text = octets_text(octets) if dot else table.format_value(int(code), octets)
    if "{" in text or not _says(key, text, octets):  # braces are for placeholders
        text = "hex:" + octets.hex()
        if not _says(key, text, octets):
            raise CannotSay(f"{len(octets)} octets do not fit into the option", "shorten the value")
    return text


def _says(key: str, text: str, octets: bytes) -> bool:
    try:
        return table.encode_text(key, text) == octets
    except ValueError:
        return False


def encoded(key: str, text: str) -> str:
    """Bring a text form to the one that we write; CannotSay."""
    try:
        return written(key, table.encode_text(key, text))
    except ValueError as error:
        raise CannotSay(f"{text!r} does not fit option {table.name_of(key)}: {error}", "correct the value") from None


def shown(options: OptionTexts, declared: list[Private]) -> OptionTexts:
    """Name options as a person reads them."""
    return dict(private.shown(declared, key, text) for key, text in options.items())
