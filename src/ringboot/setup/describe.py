"""The reference page of ringboot.toml, made from the same fields that check it."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from ringboot.setup.admin import Admin
from ringboot.setup.boot import BootItemTable, BootTable
from ringboot.setup.calls import Agi, Sip
from ringboot.setup.daemon import Log, Server
from ringboot.setup.kinds import duration_text, size_text
from ringboot.setup.match import BootMatch, ClassMatch
from ringboot.setup.reading import inner_meaning
from ringboot.setup.register import Register
from ringboot.setup.scripting import Scripts
from ringboot.setup.settings import (
    ClassTable,
    ClientCa,
    Dhcp,
    Http,
    Https,
    Metrics,
    Network,
    OldTls,
    OptionTable,
    PoolTable,
    Tftp,
)
from ringboot.setup.sources import SourceTable
from ringboot.setup.webhooks import Webhook

_TABLES: tuple[tuple[str, type], ...] = (
    ("[server]", Server),
    ("[dhcp]", Dhcp),
    ("[[dhcp.network]]", Network),
    ("[[dhcp.network.pool]]", PoolTable),
    ("[[dhcp.option]]", OptionTable),
    ("[[dhcp.class]]", ClassTable),
    ("match of [[dhcp.class]]", ClassMatch),
    ("[[dhcp.source]]", SourceTable),
    ("[[boot]]", BootTable),
    ("match of [[boot]]", BootMatch),
    ("[[boot.menu]]", BootItemTable),
    ("[tftp]", Tftp),
    ("[http]", Http),
    ("[https]", Https),
    ("[https.legacy]", OldTls),
    ("[[https.client_ca]]", ClientCa),
    ("[metrics]", Metrics),
    ("[admin]", Admin),
    ("[agi]", Agi),
    ("[sip]", Sip),
    ("[register]", Register),
    ("[scripts]", Scripts),
    ("[[webhook]]", Webhook),
    ("[log]", Log),
)
_SHORT = """\
# ringboot.toml

How the daemon runs on one machine. Default place: `/etc/ringboot/ringboot.toml`, else `--config`.
`ringboot init` writes a first one, `ringboot check` says everything that is wrong with it, `ringboot diff` how it
differs from what runs, `ringboot reload` uses it; what then still waits for a restart of the daemon, `reload` says.
Unknown keys are errors. Devices, configs, reservations and plugins are not here: they change at run time.

The shortest one that does something:

```toml
[dhcp]
interfaces = ["eth0"]

[[dhcp.network]]
subnet = "10.0.0.0/24"
pools = ["10.0.0.100-10.0.0.199"]
```

Durations are a number of seconds, or text with `ms`, `s`, `m`, `h`, `d`, `w` such as `"1h30m"`.
Option names, numbers and sub-options (`"43.2"`) are those of [dhcp-options](dhcp-options.md);
their values may hold `{server}` (our address), `{tftp}` (the same), `{http}` (`http://ADDRESS:PORT`), `{http_port}`,
`{https}` (`https://ADDRESS:PORT`), `{mac}`, and `{token}` (the secret word of the device, see
[HTTPS](../howto/https.md)).
An option whose placeholder has no value for a client is left out for that client; `ringboot explain` says so.
Where several give the same option, the later wins: brand, `[dhcp]`, network, pool, class (in file order), boot rule,
reservation.
"""


def configuration_page() -> str:
    """Write docs/reference/configuration.md."""
    parts = [_SHORT]
    for title, kind in _TABLES:
        parts.append(
            f"\n## {title}\n\n{kind.__doc__}\n\n"
            "| key | value | default | holds after | meaning |\n| --- | --- | --- | --- | --- |\n"
        )
        fields: dict[str, Any] = getattr(kind, "__pydantic_fields__", {})
        parts += [_row(entry.alias or name, entry) for name, entry in fields.items()]
    return "".join(parts)


def _row(key: str, entry: Any) -> str:
    default = "required" if entry.is_required() else _default(entry)
    holds = "restart" if (entry.json_schema_extra or {}).get("restart") else "reload"
    return f"| `{key}` | {_kind(entry)} | {default} | {holds} | {entry.description} |\n"


def _default(entry: Any) -> str:
    value = entry.get_default(call_default_factory=True)
    if value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, dict):
        rows = ", ".join(f'{name} = "{text}"' for name, text in value.items())
        return f"`{{ {rows} }}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float | int) and _kind(entry).startswith("duration"):
        return f'`"{duration_text(value)}"`'
    if isinstance(value, int) and _kind(entry) == "amount of memory":
        return f'`"{size_text(value)}"`'
    return f"`{value}`" if isinstance(value, int | float) else f'`"{value}"`'


def _kind(entry: Any) -> str:
    annotation = entry.annotation
    found = inner_meaning(entry)
    if get_origin(annotation) is tuple:
        return f"list: {found.name}" if found else "tables"
    if get_origin(annotation) is dict:
        return found.name if found else "table of options"
    if found is not None:
        return found.name
    literal = next((each for each in (annotation, *get_args(annotation)) if get_origin(each) is Literal), None)
    if literal is not None:
        return " or ".join(f'`"{each}"`' for each in get_args(literal))
    return "true or false" if bool in (annotation, *map(_bare, get_args(annotation))) else "table"


def _bare(kind: Any) -> Any:
    """Give a type without what pydantic adds to it."""
    return getattr(kind, "__origin__", kind)
