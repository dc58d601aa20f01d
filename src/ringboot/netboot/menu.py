"""Option 43 as PXE fills it: how servers are found, the boot menu, the line that was chosen (PXE 2.1, 2.2.4)."""

from __future__ import annotations

from ringboot.model.site import Boot
from ringboot.netboot.machine import Machine

CONTROL, SERVERS, MENU, PROMPT, ITEM = 6, 8, 9, 10, 71
# What sub-option 6 says, bit by bit
NO_BROADCAST, NO_MULTICAST, ONLY_NAMED, USE_FILE = 1, 2, 4, 8
LOCAL = 0  # the type of the disk
_FIRST = 0x8000  # types from here on are anybody's
_END = b"\xff"
LONGEST_TEXT = 80  # octets that any screen has room for
MOST_ITEMS = 20

# A boot ROM that takes no file unless the menu has this line, by how its MAC begins (unverified beyond the models 3
# to 5: how other servers recognise it).
_BOARD = b"Raspberry Pi Boot"
_BOARD_OUIS = {bytes.fromhex(each) for each in ("b827eb", "dca632", "e45f01", "28cdc1", "d83add", "2ccf67", "88a29e")}


def wants_line(mac: bytes, machine: Machine) -> bool:
    """Say whether a machine's boot ROM looks for its own name in the menu before it takes a file."""
    return mac[:3] in _BOARD_OUIS and machine.arch in (0, 41) and machine.pxe and not machine.ipxe


def plain(mac: bytes, machine: Machine) -> bytes:
    """Write that the file of this answer is to be taken, and no other server to be asked."""
    control = _sub(CONTROL, bytes((USE_FILE,)))
    line = _sub(MENU, _line(LOCAL, _BOARD)) + _sub(PROMPT, b"\x00PXE") if wants_line(mac, machine) else b""
    return control + line + _END


def menu(row: Boot, server: int) -> bytes:
    """Write a boot menu whose lines are asked for at one server."""
    types = [each for each, _ in items(row) if each != LOCAL]
    named = b"".join(each.to_bytes(2, "big") + b"\x01" + server.to_bytes(4, "big") for each in types)
    lines = b"".join(_line(each, text.encode()) for each, text in items(row))
    prompt = bytes((min(row.timeout, 255),)) + (row.prompt or "Press F8 for the boot menu").encode()
    control = NO_BROADCAST | NO_MULTICAST | ONLY_NAMED
    return b"".join(
        (_sub(CONTROL, bytes((control,))), _sub(SERVERS, named), _sub(MENU, lines), _sub(PROMPT, prompt), _END)
    )


def chosen(item: int) -> bytes:
    """Write back the line that a machine has chosen, in its first layer."""
    return _sub(ITEM, item.to_bytes(2, "big") + b"\0\0") + _END


def items(row: Boot) -> list[tuple[int, str]]:
    """Give the lines of a menu with their types; the disk is type 0, and the others are counted."""
    return [(LOCAL if not each.file else _FIRST + number, each.text) for number, each in enumerate(row.menu)]


def file_of(row: Boot, item: int) -> str | None:
    """Give the file of a line; None when there is no such line, or it is the disk."""
    place = item - _FIRST
    return row.menu[place].file or None if 0 <= place < len(row.menu) else None


def _line(kind: int, text: bytes) -> bytes:
    return kind.to_bytes(2, "big") + bytes((len(text),)) + text


def _sub(code: int, value: bytes) -> bytes:
    return bytes((code, len(value))) + value
