"""The reference page of the options, written from the table."""

from __future__ import annotations

from ringboot.dhcp.options import TABLE, Option, name_of
from ringboot.dhcp.rules import RESERVED
from ringboot.dhcp.suboptions import SPACES
from ringboot.wire.subs import Sub

_HEAD = """\
# DHCP options

Wherever an option is named (`ringboot.toml`, a reservation, a plugin's manifest), its name, its alias or its number
will do: `tftp-server-name`, `tftp_server_name`, `66` and `option-66` are the same. Names are those of ISC dhcpd where
it has one, else those of the IANA registry; aliases are the names that staticDHCPd uses.
A number without a row is `option-N`.

A value is written as the example of its row shows. Any option also takes octets and values of another kind:
`hex:0a000001`, `text:10.0.0.1`, `ip:10.0.0.1, 10.0.0.2`, `u8:5`, `u16:100`, `u32:3600`.
A text that begins with one of these words is written `text:` and then the text.

Sub-options are written one by one (`"43.2" = "http://10.0.0.1:8667"`), or all in the value of their option
(`2=text; 3=hex:00ff`). Those with a row in the second table may be written by name, as
`"cablelabs-client-configuration.primary-dhcp-server"` or `"122.1"`. What lies in option 43 is each vendor's own.
Where a brand wants a bare text there it is written as such.
In options 124 and 125 an enterprise number comes first: `"125.3561.1"`, `"124.3561"`.
A sub-option has 255 octets at most, a value 1200: above 255 it is sent in pieces (RFC 3396), which some devices do not
read. A client that does not say how much it takes (option 57) takes 500 octets of options; what is too much for it is
left out, first what it did not ask for (option 55). Options also go into the fields of the boot file's and the
server's name then (option 52), as far as these are empty.

A dot behind the number marks what the server fills in itself, or what only clients say: it cannot be set.

| code | name | kind | example | RFC | alias |
| ---: | --- | --- | --- | --- | --- |
"""


_SUBS = """
## Sub-options

| code | name | kind | example | RFC |
| ---: | --- | --- | --- | --- |
"""


def options_page() -> str:
    """Write docs/reference/options.md."""
    subs = [_sub_row(key, row) for key, space in SPACES.items() for row in space.rows]
    return _HEAD + "".join(map(_row, TABLE)) + _SUBS + "".join(subs)


def _row(row: Option) -> str:
    code = f"{row.code}." if row.code in RESERVED else str(row.code)
    alias = ", ".join(f"`{alias}`" for alias in row.alias.split())
    return f"| {code} | `{row.name}` | {row.kind.name} | `{row.kind.example}` | {row.rfc} | {alias} |\n"


def _sub_row(space: str, row: Sub) -> str:
    key = f"{space}.{row.code}"
    code = f"{key}." if int(space.partition(".")[0]) in RESERVED else key
    return f"| {code} | `{name_of(key)}` | {row.kind.name} | `{row.kind.example}` | {row.rfc} |\n"
