"""What staticDHCPd calls the options and of which type it takes them to be.

Names are the aliases of the option table; here stands only what differs, and the type of every code.
"""

from __future__ import annotations

from ringboot.dhcp import options

IP, IPS, BYTE, OCTETS, STRING, BOOL = "ipv4", "ipv4+", "byte", "byte+", "string", "bool"
SHORT, SHORTS, LONG, NONE, ENCODED = "16-bits", "16-bits+", "32-bits", "none", "RFC"

_TYPES: dict[str, tuple[int, ...]] = {
    IP: (1, 16, 28, 32, 50, 54, 118),
    IPS: (
        *range(3, 12), 21, 33, 41, 42, 44, 45, 48, 49, 65, *range(68, 77), 85, 89, 92, 136, 138,
        142, 148, 150,
    ),
    BYTE: (23, 37, 46, 52, 53, 156, 157),
    STRING: (
        12, 14, 15, 17, 18, 40, 47, 56, 60, 62, 64, 66, 67, 77, 81, 95, 98, 100, 101, 112, 113, 114, 122, 124, 125,
        *range(128, 136), 175, 209, 210, 161, 252,
    ),
    BOOL: (19, 20, 27, 29, 30, 31, 34, 36, 39, 116),
    SHORT: (13, 22, 26, 57),
    SHORTS: (25, 93, 117),
    LONG: (2, 24, 35, 38, 51, 58, 59, 91, 108, 208, 211),
    NONE: (80,),
    ENCODED: (78, 79, 83, 88, 90, 119, 120, 121, 137, 139, 140, 249),
}  # fmt: skip
_TYPE_OF = {code: kind for kind, codes in _TYPES.items() for code in codes}
_NAMED = {"mobile_ip_home_agent": 68}
_NAME_OF = {code: name for name, code in _NAMED.items()}

# Header fields: the octets of each
FIELDS: dict[str, int] = {
    "op": 1, "htype": 1, "hlen": 1, "hops": 1, "xid": 4, "secs": 2, "flags": 2, "ciaddr": 4, "yiaddr": 4, "siaddr": 4,
    "giaddr": 4, "chaddr": 16, "sname": 64, "file": 128,
}  # fmt: skip


def code_of(option: object) -> int:
    """Give the code of an option by its name or code; LookupError when there is none."""
    if isinstance(option, int) and 0 < option < 255:
        return option
    if isinstance(option, str):
        if option in _NAMED:
            return _NAMED[option]
        try:
            key = options.canonical(option)
        except ValueError as error:
            raise LookupError(str(error)) from None
        if "." not in key:
            return int(key)
    raise LookupError(f"there is no option {option!r}")


def name_of(code: int) -> str:
    """Give staticDHCPd's name of an option, for one that it did not know ours in its spelling."""
    row = options.row_of(code)
    return _NAME_OF.get(code) or (row.alias.split()[0] if row.alias else row.name.replace("-", "_"))


def type_of(code: int) -> str:
    """Give the type of an option; one that staticDHCPd did not know is made of octets, unless it stands above."""
    return _TYPE_OF.get(code, OCTETS)
