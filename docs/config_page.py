"""The page of a config's keys: names and kinds from the schema that checks them, meanings from fleet/config_keys.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from docs.kinds import kind_of
from docs.table import table
from pydantic import BaseModel

from ringboot.fleet import raw_config
from ringboot.fleet.config_keys import PARTS, Part
from ringboot.plugins.raw import SHARED

_HEAD = """\
# Keys of a config

What `ringboot config add` and `ringboot config set` take. The keys and their meaning are provd's, and the same for
every brand; what a brand cannot do is on [its page](models.md). Keys of your own begin with `X_`, for your templates.

A config inherits from its parents; of several that say the same key, the last parent wins, and the config itself over
all. In a table such as `sip_lines`, each key is inherited on its own.

`own` keys reach only files that belong to one device; the others may also stand in files that all devices share.
"""
_HOLDER: Mapping[type[BaseModel], str] = {
    raw_config.SipLine: "sip_lines",
    raw_config.FuncKey: "funckeys",
    raw_config.CallManager: "sccp_call_managers",
}
_NAMED: Mapping[Any, str] = {
    raw_config.Host: "address or name",
    raw_config.Port: "port",
    raw_config.Vlan: "0 to 4094",
    raw_config.Text: "text",
    raw_config.Pem: "PEM",
    raw_config.Rows[raw_config.SipLine]: "lines",
    raw_config.Rows[raw_config.FuncKey]: "keys",
    raw_config.Rows[raw_config.CallManager]: "servers",
}


def config_page() -> str:
    """Write docs/reference/config-keys.md."""
    _check()
    return _HEAD + "".join(_part(part) for part in PARTS)


def _check() -> None:
    for kind in {part.kind for part in PARTS}:
        told = [key for part in PARTS if part.kind is kind for key in part.meanings]
        wrong = sorted(set(told) ^ kind.model_fields.keys())
        if wrong or len(told) != len(set(told)):
            raise KeyError(f"fleet/config_keys.py and {kind.__name__} do not have the same keys: {', '.join(wrong)}")


def _part(part: Part) -> str:
    hints = get_type_hints(part.kind, include_extras=True)
    rows = [(f"`{key}`", kind_of(hints[key], _NAMED), _reach(part, key), part.meanings[key]) for key in part.meanings]
    words = f"{part.words}\n\n" if part.words else ""
    return f"\n## {part.title}\n\n{words}{table(('key', 'value', 'reach', 'meaning'), rows)}"


def _reach(part: Part, key: str) -> str:
    above = {
        raw_config.SipLine: "sip_lines",
        raw_config.FuncKey: "funckeys",
        raw_config.CallManager: "sccp_call_managers",
    }
    return "" if above.get(part.kind, key) in SHARED else "own"
