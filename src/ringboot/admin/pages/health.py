"""Which parts of the daemon do not answer, what that means for who looks, and what to do."""

from __future__ import annotations

from typing import Any, NamedTuple

from ringboot.admin.asking import Answer


class Down(NamedTuple):
    """A part that does not answer as it should."""

    part: str
    means: str
    help: str


_UNKNOWN = Down("main", "How the daemon goes is not known at the moment.", "See its log.")
_DHCP = Down(
    "dhcp",
    "No address is given out, and leases are shown as they were last known. Phones keep their addresses.",
    "It is started again by itself. If this stays, see the log of the daemon.",
)
_HELD = Down(
    "main",
    "Devices are noticed late: the daemon is behind with what dhcp wrote down.",
    "Normal while a whole site starts. If it stays, see: ringboot top.",
)


def parts_down(status: Answer) -> list[Down]:
    """Read what is down from an answer of /status; empty when all is well."""
    if not status.is_good:
        return [_UNKNOWN]
    told: dict[str, Any] = status.value
    found = []
    dhcp = told.get("dhcp")
    if isinstance(dhcp, dict) and dhcp.get("connected") is False:
        found.append(_DHCP)
    for row in told.get("processes") or ():
        if row.get("pid") is None and row.get("name") != "dhcp":
            why = f" It ended: {row['last_end']}." if row.get("last_end") else ""
            found.append(Down(row["name"], f"The process does not run.{why}", "It is started again by itself."))
    for row in told.get("workers") or ():
        if row.get("pid") is None:
            means = "This worker, which makes files, does not run. Files that stand are served as ever."
            found.append(Down(row["name"], means, "The next file that is to be made starts it again."))
    if told.get("held_back"):
        found.append(_HELD)
    broken = told.get("broken_plugins") or ()
    found += [Down("plugin", f"{text}. Its devices get the files they had.", "Mend or upgrade it.") for text in broken]
    return found
