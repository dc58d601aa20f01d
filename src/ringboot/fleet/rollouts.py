"""Roll-outs as decisions: who is in one, what a device's move means, and which state follows which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from ringboot import reasons
from ringboot.fleet import devices
from ringboot.fleet.books import Books
from ringboot.fleet.devices import Done
from ringboot.fleet.fields import FieldError, FieldErrors, one
from ringboot.fleet.world import World
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.rollout import (
    ABORTED,
    DONE,
    FAILED,
    FIRST,
    MOVED,
    OPEN,
    PAUSED,
    REST,
    RUNNING,
    SKIPPED,
    STOPPED,
    TO_MOVE,
    WAITING,
    Rollout,
    RolloutDevice,
)
from ringboot.reasons import Reason

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class Plan(NamedTuple):
    """What a person wants."""

    old: str
    new: str
    wanted: Callable[[Device], bool] = lambda _: True
    first: Callable[[int, Device], bool] | None = None  # place and device -> whether it is of the first group
    resume_at: float | None = None
    stop_at: int = 0
    window: str = ""
    sync: bool = False


# Planning


def members(books: Books, world: World, plan: Plan) -> list[tuple[Device, int]]:
    """Give the devices that a plan is about, each with its stage; FieldErrors say what is wrong with the plan."""
    _check(books, world, plan)
    found = [device for device in books.devices.find("plugin", plan.old) if plan.wanted(device)]
    first = plan.first
    if first is None:
        return [(device, REST) for device in found]
    return [(device, FIRST if first(place, device) else REST) for place, device in enumerate(found)]


def _check(books: Books, world: World, plan: Plan) -> None:
    faults = []
    new = world.plugins.get(plan.new)
    old = world.plugins.get(plan.old)
    if new is None:
        faults.append(FieldError("to", f"plugin {plan.new} is not installed; see ringboot plugin list"))
    if plan.old == plan.new:
        faults.append(FieldError("to", "is the plugin that they have"))
    if old is None and not books.devices.find("plugin", plan.old):
        faults.append(FieldError("from", f"there is no plugin {plan.old}, and no device that has it"))
    if old is not None and new is not None and old.name != new.name:
        faults.append(FieldError("to", f"is for {new.title}, and {plan.old} for {old.title}"))
    if plan.window and _WINDOW.fullmatch(plan.window) is None:
        faults.append(FieldError("window", "must be two times of the day, such as 22:00-06:00"))
    if plan.stop_at < 0:
        faults.append(FieldError("stop_at", "must not be negative"))
    if faults:
        raise FieldErrors(faults)


def begin(books: Books, world: World, plan: Plan, who: str, utc: float) -> Rollout:
    """Write a roll-out down; FieldErrors."""
    found = members(books, world, plan)
    if not found:
        raise one("from", f"no device has plugin {plan.old} and passes the filters")
    for other in books.rollouts.all():
        if other.state in OPEN and {other.old, other.new} & {plan.old, plan.new}:
            todo = f"see ringboot rollout show {other.id}, or end it: ringboot rollout abort {other.id}"
            raise one("from", f"roll-out {other.id} from {other.old} to {other.new} is not over; {todo}")
    stage = FIRST if any(stage == FIRST for _, stage in found) else REST
    rollout = Rollout(
        _next_id(books.rollouts.all()), plan.old, plan.new, who, utc, stage=stage,
        resume_at=plan.resume_at, stop_at=plan.stop_at, window=plan.window, sync=plan.sync,
    )  # fmt: skip
    rollout = _to(rollout, RUNNING, reasons.ROLLOUT_RUNS, {"count": len(found)})
    books.rollouts.put(rollout)
    books.rollouts.put_devices(RolloutDevice(rollout.id, device.id, stage, TO_MOVE) for device, stage in found)
    return rollout


def _next_id(rollouts: Iterable[Rollout]) -> str:
    return str(max((int(each.id) for each in rollouts), default=0) + 1)


# Moving


class Step(NamedTuple):
    """What became of a device so far: it was given the plugin, or (`skipped` says why) it is left alone."""

    device: str
    done: Done | None
    skipped: str = ""


def move(books: Books, world: World, rollout: Rollout, ident: str, utc: float) -> Step:
    """Give a device the new plugin; one that has it already is rendered once more, since a crash may lie between."""
    device = books.devices.get(ident)
    if device is None:
        return Step(ident, None, "it was removed meanwhile")
    if device.plugin == rollout.new:
        return Step(ident, Done(device, render=(ident,) if device.config is not None else ()))
    if device.plugin != rollout.old:
        return Step(ident, None, f"it has plugin {device.plugin or 'none'} by now")
    return Step(ident, _give(books, world, rollout, ident, plugin=rollout.new, utc=utc))


def give_back(books: Books, world: World, rollout: Rollout, ident: str, utc: float) -> Done:
    """Give a device its old plugin again; FieldErrors, Unknown."""
    return _give(books, world, rollout, ident, plugin=rollout.old, utc=utc)


def _give(books: Books, world: World, rollout: Rollout, ident: str, *, plugin: str, utc: float) -> Done:
    who = f"roll-out {rollout.id} of {rollout.who}"
    return devices.change(books, world, ident, {"plugin": plugin}, who=who, utc=utc)


# States


def turn(rollout: Rollout, utc: float, minute: int) -> Rollout:
    """Give it as it is now: a pause may be over, a window open or closed; `minute` of the day, local time."""
    if rollout.state == PAUSED and rollout.resume_at is not None and utc >= rollout.resume_at:
        return go_on(rollout)
    if rollout.state == RUNNING and not is_open(rollout.window, minute):
        return _to(rollout, WAITING, reasons.ROLLOUT_OUTSIDE, {"window": rollout.window})
    if rollout.state == WAITING and is_open(rollout.window, minute):
        return _to(rollout, RUNNING, reasons.ROLLOUT_GOES_ON, {})
    return rollout


def is_open(window: str, minute: int) -> bool:
    """Tell whether a minute of the day lies in a window; one whose ends are equal is always open."""
    found = _WINDOW.fullmatch(window)
    if found is None:
        return True
    h1, m1, h2, m2 = map(int, found.groups())
    start, end = 60 * h1 + m1, 60 * h2 + m2
    return start <= minute < end if start < end else minute >= start or minute < end


def judge(rollout: Rollout, fresh: Iterable[RolloutDevice], left: dict[int, int], utc: float) -> Rollout:
    """Say what follows from a batch; `left`: how many devices of each stage are still to be moved."""
    failures = rollout.failures + sum(row.state == FAILED for row in fresh)
    rollout = replace(rollout, failures=failures)
    if not any(left.values()):
        return replace(_to(rollout, DONE, reasons.ROLLOUT_DONE, {}), ended=utc)
    if rollout.stop_at and failures >= rollout.stop_at:
        return _to(rollout, STOPPED, reasons.ROLLOUT_FAILURES, {"count": failures})
    if rollout.stage == FIRST and not left.get(FIRST):
        return _to(replace(rollout, stage=REST), PAUSED, reasons.ROLLOUT_FIRST_DONE, {"left": left.get(REST, 0)})
    return rollout


def batch_size(rollout: Rollout, most: int) -> int:
    """Say how many may be under way at once, so that no more can fail than stop it."""
    return min(most, rollout.stop_at - rollout.failures) if rollout.stop_at else most


def go_on(rollout: Rollout, again: bool = False) -> Rollout:
    """Let it go on; failures are counted anew.  `again`: those that failed are tried once more, whatever its state."""
    if rollout.state not in (PAUSED, STOPPED) and not (again and rollout.state == DONE):
        raise one("state", f"roll-out {rollout.id} is {rollout.state}: there is nothing to resume")
    return replace(
        _to(rollout, RUNNING, reasons.ROLLOUT_GOES_ON, {}), failures=0, resume_at=None, ended=None,
        stage=REST if again and rollout.state == DONE else rollout.stage,
    )  # fmt: skip


def end(rollout: Rollout, who: str, utc: float) -> Rollout:
    """Abort it: devices that were not moved yet stay where they are."""
    if rollout.state not in OPEN:
        raise one("state", f"roll-out {rollout.id} is {rollout.state} already")
    return replace(_to(rollout, ABORTED, reasons.ROLLOUT_ABORTED, {"who": who}), ended=utc)


def stop(rollout: Rollout, why: str) -> Rollout:
    """Stop it because it cannot go on."""
    return _to(rollout, STOPPED, reasons.ROLLOUT_CANNOT, {"why": why})


def _to(rollout: Rollout, state: str, reason: Reason, detail: dict[str, object]) -> Rollout:
    return replace(rollout, state=state, reason=reason.id, why=reasons.tell(reason.id, detail))


def keep(books: Books, before: Rollout, after: Rollout, utc: float) -> None:
    """Write it down, and what happened to it."""
    books.rollouts.put(after)
    if (before.state, before.reason) != (after.state, after.reason):
        detail = {"rollout": after.id, "old": after.old, "new": after.new, "why": after.why, "state": after.state}
        books.events.add(Event(utc, reasons.ROLLOUT_STATE.id, detail=detail))


def result(step: Step, rollout: Rollout, stage: int, problem: str | None) -> RolloutDevice:
    """Say what became of a device."""
    if step.done is None:
        return RolloutDevice(rollout.id, step.device, stage, SKIPPED, step.skipped)
    if problem is not None:
        return RolloutDevice(rollout.id, step.device, stage, FAILED, problem)
    return RolloutDevice(rollout.id, step.device, stage, MOVED)
