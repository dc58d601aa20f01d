"""What must hold of the boot rules of a configuration."""

from __future__ import annotations

from ringboot.model.matching import faults
from ringboot.netboot.menu import LONGEST_TEXT, MOST_ITEMS
from ringboot.netboot.plan import is_ipxe
from ringboot.setup.boot import BootTable
from ringboot.setup.option_sets import find_fault
from ringboot.setup.reading import Draft, Place

_FILE = "67"
LONGEST_FILE = 255  # octets, of one option
_URLS = ("http://", "https://", "{http}", "{https}")


def check_boot(draft: Draft) -> None:
    """Note every contradiction in the boot rules."""
    names: set[str] = set()
    for index, row in enumerate(draft.parts["boot"]):
        place: Place = ("boot", index)
        if row.name and row.name in names:
            draft.add((*place, "name"), f"another boot rule is called {row.name}", "choose another name")
        names.add(row.name)
        _check_match(draft, place, row)
        _check_files(draft, place, row)
        _check_menu(draft, place, row)


def _check_match(draft: Draft, place: Place, row: BootTable) -> None:
    where = (*place, "match")
    for key, wanted, there in (
        ("network", row.match.network, draft.named), ("class", row.match.classes, draft.classed),
    ):  # fmt: skip
        for name in wanted or ():
            if name not in there:
                shown = ", ".join(sorted(there)) or "none"
                draft.add((*where, key), f'no {key} is called "{name}"', f"there are {shown}")
    for name, what, todo in faults(row.match):
        draft.add((*where, "options", name), what, todo)


def _check_files(draft: Draft, place: Place, row: BootTable) -> None:
    for key, text in (("file", row.file), ("url", row.url), ("script", row.script)):
        fault = find_fault(_FILE, text) if text else None
        if fault is not None:
            draft.add((*place, key), *fault)
        elif len(text.encode()) > LONGEST_FILE:
            draft.add((*place, key), f"is longer than {LONGEST_FILE} octets", "no firmware takes that; shorten it")
    if row.url and not row.url.startswith(_URLS):
        draft.add((*place, "url"), f'"{row.url}" is not a whole URL', 'write it as "http://10.0.0.2/install.efi"')
    if "://" in row.file or row.file.startswith("{http"):
        draft.add((*place, "file"), "is a URL", "file is for TFTP; a URL goes to url (HTTP Boot) or script (iPXE)")
    elif is_ipxe(row.file) and not row.script:
        draft.warn((*place, "file"), "loads iPXE, which gets nothing then", "add script, for iPXE to go on with")


def _check_menu(draft: Draft, place: Place, row: BootTable) -> None:
    if not row.menu:
        return
    where = (*place, "menu")
    if row.file:
        draft.add(where, "stands beside file", "remove one: a menu asks for the files of its lines")
    if draft.parts["dhcp"].pxe_port is None:
        draft.add(where, "is asked for at a port that is off", "set pxe_port = 4011 in [dhcp]")
    size = sum(len(each.text.encode()) + 3 for each in row.menu)
    if len(row.menu) > MOST_ITEMS or size > LONGEST_FILE:
        draft.add(where, f"has {len(row.menu)} lines of {size} octets", "shorten it: 20 lines and 255 octets are room")
    for index, each in enumerate(row.menu):
        if not 0 < len(each.text.encode()) <= LONGEST_TEXT:
            draft.add((*where, index, "text"), f"is not 1 to {LONGEST_TEXT} octets long", "write a short line")
        fault = find_fault(_FILE, each.file) if each.file else None
        if fault is not None:
            draft.add((*where, index, "file"), *fault)
    if len(row.prompt.encode()) > LONGEST_TEXT:
        draft.add((*place, "prompt"), f"is longer than {LONGEST_TEXT} octets", "shorten it")
