"""Write docs/reference from the tables of the program: python -m docs.build [--check], from the root of the project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from docs.api_page import api_page
from docs.config_page import config_page
from docs.json_page import json_page
from docs.manifest_page import manifest_page
from docs.models_page import models_page
from docs.rfc_page import rfc_page
from docs.scripts_page import scripts_page
from docs.table import table

from ringboot import metrics, reasons
from ringboot.cli.describe import cli_page
from ringboot.compat.staticdhcpd import describe as staticdhcpd
from ringboot.dhcp.describe import options_page
from ringboot.fleet import settings
from ringboot.setup.describe import configuration_page

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by: python -m docs.build. Change the program's tables, not this file. -->\n\n"
STAGES = {
    "dhcp": "What became of a DHCP message",
    "lease": "Why a lease no longer fits (`ringboot lease misfits`)",
    "file": "What became of a file request",
    "device": "What happened to a device",
    "sip": "What phones asked at the SIP door (`[sip]`)",
    "sync": "What became of telling a device to read its files again (`ringboot device synchronize`)",
    "boot": "Where a boot stands or stopped",
    "daemon": "What happened to the daemon",
    "attention": "What needs a person (`ringboot attention`)",
}


def reasons_page() -> str:
    """List every reason by what it is about."""
    head = (
        "# Reasons\n\n"
        "Every decision of the daemon carries one of these. `ringboot explain` writes them as text; `--json` and the\n"
        "counters give their names. Words in braces are filled from what happened.\n"
    )
    parts = [head]
    for stage, title in STAGES.items():
        rows = [(f"`{row.id}`", row.text, row.help) for row in reasons.TABLE.values() if row.stage == stage]
        parts.append(f"\n## {title}\n\n{table(('name', 'text', 'what to do'), rows)}")
    unsorted = {row.stage for row in reasons.TABLE.values()} - STAGES.keys()
    if unsorted:
        raise KeyError(f"docs/build.py has no heading for reasons of the stage {', '.join(sorted(unsorted))}")
    return "".join(parts)


def settings_page() -> str:
    """List the settings that change at run time."""
    head = (
        "# Settings\n\n"
        "They change while the daemon runs and are kept in its database: `ringboot settings list`,\n"
        "`ringboot settings set`. How the daemon runs on its machine is in [ringboot.toml](configuration.md).\n\n"
    )
    rows = [(f"`{row.name}`", _written(row.default), _may_be(row.values), row.help) for row in settings.TABLE.values()]
    return head + table(("name", "default", "may be written", "meaning"), rows)


def _may_be(values: Mapping[str, Any] | settings.Number | settings.Line) -> str:
    if isinstance(values, settings.Number):
        return f"{values.least} to {values.most}"
    return "one line of text" if isinstance(values, settings.Line) else " ".join(f"`{word}`" for word in values if word)


def _written(value: object) -> str:
    return "empty" if value == "" else f"`{str(value).lower()}`"


def metrics_page() -> str:
    """List what is counted."""
    head = (
        "# Numbers\n\n"
        "What the daemon counts. A counter only grows, from the start of its process; a gauge shows the present.\n"
        "`ringboot metrics` prints all of them. Prometheus reads them at `/metrics` where `listen` of `[metrics]` in\n"
        "[ringboot.toml](configuration.md) says: there each name begins with `ringboot_`, that of a counter ends with\n"
        "`_total`. Shed messages are the outcome `overloaded`. `ringboot status` shows the most of them, too.\n\n"
    )
    rows = [
        (f"`{row.name}`", row.kind, " ".join(f"`{label}`" for label in row.labels), row.help) for row in metrics.TABLE
    ]
    return head + table(("name", "kind", "split by", "meaning"), rows)


PAGES: Mapping[str, Callable[[], str]] = {
    "api": api_page,
    "cli": cli_page,
    "config-keys": config_page,
    "configuration": configuration_page,
    "dhcp-options": options_page,
    "json": json_page,
    "manifest": manifest_page,
    "metrics": metrics_page,
    "models": models_page,
    "reasons": reasons_page,
    "rfc": rfc_page,
    "scripts": scripts_page,
    "settings": settings_page,
    "staticdhcpd": staticdhcpd.page,
}


def pages() -> dict[Path, str]:
    """Write every page: where it lies -> text."""
    return {REFERENCE / f"{name}.md": NOTE + page().rstrip() + "\n" for name, page in PAGES.items()}


def stale() -> list[Path]:
    """Name the pages that are not what the tables say, those that are missing, and those that nobody writes."""
    wanted = pages()
    there = set(REFERENCE.glob("*.md"))
    changed = [path for path, text in wanted.items() if path not in there or path.read_text() != text]
    return sorted({*changed, *(there - wanted.keys())})


def write() -> list[Path]:
    """Bring all pages up to date; gives those that changed."""
    changed = stale()
    wanted = pages()
    REFERENCE.mkdir(exist_ok=True)
    for path in changed:
        if path in wanted:
            path.write_text(wanted[path])
        else:
            path.unlink()
    return changed


def main(arguments: Iterable[str]) -> int:
    """Write the pages, or with --check only say which are stale; 1 when there are."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a page is stale")
    check: bool = parser.parse_args(list(arguments)).check
    changed = stale() if check else write()
    for path in changed:
        print(f"docs/reference/{path.name}: {'stale; run: make docs' if check else 'written'}")
    return int(check and bool(changed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
