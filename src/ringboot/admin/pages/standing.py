"""How rows of the API read for a person: a device's state, the steps of its boot, the layers of its config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ringboot import reasons

Row = Mapping[str, Any]
_DONE = frozenset({reasons.BOOT_DONE.id, reasons.ACKNOWLEDGED.id, reasons.SERVED.id, reasons.CONFIGURED.id})
_FINE = ("Normal", "It renews")  # how the help of a reason begins that nobody has to do anything about


class Step(NamedTuple):
    """One step of a boot; `times` it happened in a row, the last time at `utc`."""

    utc: float
    day: str
    stage: str
    reason: str
    text: str
    help: str
    tone: str
    times: int


def tone_of(reason: str, help_: str) -> str:
    """Tell how bad a reason is."""
    if reason in _DONE:
        return "good"
    return "warn" if help_ and not help_.startswith(_FINE) else ""


def steps(timeline: Iterable[Row]) -> list[Step]:
    """Give the steps of a boot, repetitions as one."""
    found: list[Step] = []
    for row in timeline:
        help_ = reasons.TABLE[row["reason"]].help if row["reason"] in reasons.TABLE else ""
        day = datetime.fromtimestamp(row["utc"], UTC).strftime("%Y-%m-%d")
        step = Step(row["utc"], day, row["stage"], row["reason"], row["text"], help_, tone_of(row["reason"], help_), 1)
        if found and (found[-1].reason, found[-1].text, found[-1].day) == (step.reason, step.text, day):
            found[-1] = step._replace(times=found[-1].times + 1)
        else:
            found.append(step)
    return found


class Value(NamedTuple):
    """One key of a config, and the layer that set it."""

    key: str
    value: Any
    layer: str


def values(raw: Row, layers: Mapping[str, str]) -> list[Value]:
    """Give every key of a flattened config with its layer, tables key by key."""
    return sorted((Value(key, value, layers.get(key, "")) for key, value in _leaves(raw, "")), key=_order)


def _order(value: Value) -> tuple[Any, ...]:
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in value.key.split("."))


def _leaves(tree: Row, path: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def state_of(device: Row) -> str:
    """Give a device's state."""
    return str(device.get("state") or _derived(device))


def _derived(device: Row) -> str:
    if device.get("problem"):
        return "failed"
    is_new = not device.get("plugin") or str(device.get("config") or "").startswith("autoprov")
    return "autoprov" if is_new or not device.get("configured") else "configured"
