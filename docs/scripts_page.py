"""The reference page of scripts, from the table of hooks and the classes that scripts see."""

from __future__ import annotations

import inspect
import re

from docs.table import table

from ringboot.scripts import MAC, Answer, Device, Happening, Lease, Query, Reservation
from ringboot.scripts.hooks import ASKED, TABLE
from ringboot.scripts.lease import Leases
from ringboot.scripts.outside import Devices, Log

_FIELD = re.compile(r"^    (\w+): .*?#: (.+)$", re.MULTILINE)
_HEAD = """# Scripts

What a file named in `[dhcp] scripts` may import from `ringboot.scripts`. How they are used, and what they may do to the
daemon, is in [decide with a few lines of Python](../howto/scripts.md).

## Hooks

Each is a decorator of `hook`, bare or with filters: `@hook.answer(vendor_class="Example*", network="phones")`.
Filters are `mac`, `vendor_class`, `user_class`, `hostname`, `client_id`, `circuit_id`, `remote_id`, `arch` and
`options` as in a [class](configuration.md), and `network`, each a pattern or a list of them; of hooks that the client
waits for also `type` (`"DISCOVER"`, `"REQUEST"`, ...) and `no_answer` (`"serve"` or `"silent"`). Of hooks that are told
of devices only `mac` means something. `@timer("30s")` calls a function again and again.

"""
_CLASSES = (
    (Query, "query"), (MAC, "query.mac"), (Reservation, ""), (Answer, "answer"), (Lease, "lease"), (Leases, "leases"),
    (Happening, "happening"), (Device, ""), (Devices, "devices"), (Log, "log"),
)  # fmt: skip


def scripts_page() -> str:
    """Write docs/reference/scripts.md."""
    rows = [
        (f"`hook.{row.name}`", f"`({', '.join(row.arguments)})`", _waits(row.kind), row.when, row.gives)
        for row in TABLE
    ]
    parts = [_HEAD, table(("hook", "called with", "the client waits", "when", "what it may give"), rows)]
    parts += [_class(kind, name) for kind, name in _CLASSES]
    parts.append(
        "\n## notify\n\n`notify(url, json, headers=None)` tells a web service (POST) something as JSON; it is queued, "
        "and tried again until it is taken. `REFUSE`, given by `unknown` or `chosen`, gives the client nothing, and "
        "a NAK for what it holds.\n"
    )
    return "".join(parts)


def _waits(kind: str) -> str:
    return "yes" if kind in ASKED else "no"


def _class(kind: type, name: str) -> str:
    title = f"{kind.__name__}, `{name}`" if name else kind.__name__
    rows = [(f"`{found[1]}`", found[2]) for found in _FIELD.finditer(inspect.getsource(kind))]
    for key, value in vars(kind).items():
        if key.startswith("_") or any(row[0] == f"`{key}`" for row in rows):
            continue
        text = inspect.getdoc(value) or ""
        if callable(value):
            given = ", ".join(each for each in inspect.signature(value).parameters if each not in ("self", "cls"))
            rows.append((f"`{key}({given})`", text.partition("\n")[0]))
        elif isinstance(value, property) or hasattr(value, "func"):
            rows.append((f"`{key}`", (inspect.getdoc(getattr(value, "func", value)) or "").partition("\n")[0]))
    rows = [row for row in rows if row[0] not in ("`given(origin, declared)`", "`of(given)`", "`use(view, utc)`")]
    return f"\n## {title}\n\n{(inspect.getdoc(kind) or '').partition(chr(10))[0]}\n\n{table(('name', 'meaning'), rows)}"
