"""Jobs of the daemon that a shell waits for: devices read their files again, devices are moved to another plugin."""

from __future__ import annotations

from typing import Any

from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.operation import DONE, FAILED, GOING, Operation
from ringboot.compat.provd.session import Row, Session

SHOWN = 20  # devices that a failure names


def synchronized(session: Session, body: dict[str, Any]) -> None:
    """Let devices read their files again, and wait until they have; NotDone names those that did not."""
    job: Row = session.api.post("syncs", body=body)
    ident = str(job["id"])

    def look() -> tuple[Operation, bool]:
        nonlocal job
        job = session.api.get("syncs", ident)
        ended = job["state"] != "running"
        state = (FAILED if job["failed"] else DONE) if ended else GOING
        return Operation("synchronize", state, job["done"] + job["failed"], job["devices"]), ended

    session.follow(look)
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
    rollout: Row = session.api.post("rollouts", body={"from": old, "to": new, "sync": sync})
    ident = str(rollout["id"])

    def look() -> tuple[Operation, bool]:
        nonlocal rollout
        rollout = session.api.get("rollouts", ident)
        ended = rollout["state"] != "running"
        state = (FAILED if rollout["failed"] else DONE) if ended else GOING
        left = rollout["devices"] - rollout["waiting"]
        return Operation("mass_update", state, left, rollout["devices"]), ended

    session.follow(look)
    if session.options.op_async:
        session.terminal.say(f"Roll-out {ident} is begun. See: ringboot rollout show {ident}")
    elif rollout["failed"] or rollout["waiting"]:
        rows = list(session.rows("rollouts", ident, "devices", filters=("state=failed",)))[:SHOWN]
        raise NotDone(
            f"Roll-out {ident} is {rollout['state']}: {rollout['why']}. "
            f"Mend what is named, then: ringboot rollout resume {ident} --again",
            {str(row["mac"] or row["device"]): str(row["why"]) for row in rows},
        )
