"""Jobs of the daemon that a shell waits for: devices read their files again, devices are moved to another plugin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.operation import DONE, FAILED, GOING, Operation
from ringboot.compat.provd.session import Row, Session

SHOWN = 20  # devices that a failure names


def synchronized(session: Session, body: dict[str, Any]) -> None:
    """Let devices read their files again, and wait until they have; NotDone names those that did not."""
    job = _followed(session, "syncs", body, "synchronize", lambda job: job["done"] + job["failed"])
    ident = str(job["id"])
    if session.options.op_async:
        session.terminal.say(f"Job {ident} is begun. See: ringboot sync show {ident}")
    elif job["failed"] or job["state"] != "done":
        rows = [row for row in session.rows("syncs", ident, "devices") if row["reason"] != "sync-done"][:SHOWN]
        raise NotDone(
            f"{job['devices'] - job['done']} of {job['devices']} did not fetch what stands there now. "
            f"See: ringboot sync show {ident}",
            {str(row["mac"] or row["device"]): f"{row['text']}. {row['help']}" for row in rows},
        )


def moved(session: Session, old: str, new: str, sync: bool) -> None:
    """Move all devices of a plugin to another one, and wait; NotDone names those that keep the old one."""
    body = {"from": old, "to": new, "sync": sync}
    rollout = _followed(session, "rollouts", body, "mass_update", lambda job: job["devices"] - job["waiting"])
    ident = str(rollout["id"])
    if session.options.op_async:
        session.terminal.say(f"Roll-out {ident} is begun. See: ringboot rollout show {ident}")
    elif rollout["failed"] or rollout["waiting"]:
        rows = list(session.rows("rollouts", ident, "devices", filters=("state=failed",)))[:SHOWN]
        raise NotDone(
            f"Roll-out {ident} is {rollout['state']}: {rollout['why']}. "
            f"Mend what is named, then: ringboot rollout resume {ident} --again",
            {str(row["mac"] or row["device"]): str(row["why"]) for row in rows},
        )


def _followed(session: Session, kind: str, body: dict[str, Any], label: str, reached: Callable[[Row], int]) -> Row:
    """Begin a job and show how far it is, `reached` in devices; gives it as it was seen last."""
    job: Row = session.api.post(kind, body=body)
    ident = str(job["id"])

    def look() -> tuple[Operation, bool]:
        nonlocal job
        job = session.api.get(kind, ident)
        ended = job["state"] != "running"
        state = (FAILED if job["failed"] else DONE) if ended else GOING
        return Operation(label, state, reached(job), job["devices"]), ended

    session.follow(look)
    return job
