"""The page of the RFCs: what they ask of a DHCP and TFTP server, and which tests show it."""

from __future__ import annotations

from docs.rfc_table import NO, PARTIAL, TABLE, TITLES, YES, Row
from docs.table import table

_HEAD = """\
# RFCs

What the RFCs of DHCP and TFTP ask of a server, and whether Ringboot does it. Each *yes* and each *partial* names the
tests that show it, below `tests/`. Those in `answer`, `dhcp` and `tftp` are about octets in and octets out; those in
`servers` and `whole` go over real sockets, the latter with the clients of other projects.

"""


def rfc_page() -> str:
    """Write docs/reference/rfc.md."""
    counts = {state: sum(row.state == state for row in TABLE) for state in (YES, PARTIAL, NO)}
    parts = [_HEAD, f"{len(TABLE)} requirements: {', '.join(f'{count} {state}' for state, count in counts.items())}.\n"]
    for number, title in TITLES.items():
        rows = [_cells(row) for row in TABLE if row.rfc == number]
        parts.append(f"\n## RFC {number}: {title}\n\n{table(('section', 'requirement', 'met', 'shown by'), rows)}")
    return "".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    met = f"{row.state}: {row.lacks}" if row.lacks else row.state
    return row.section, row.says, met, ", ".join(f"`{test}`" for test in row.shown)
