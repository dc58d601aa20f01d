"""What goes to a render worker and what comes back; no Jinja2 here, so that main can know it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ringboot.model import codec
from ringboot.plugins.inspection import Inspection
from ringboot.plugins.merged import Texts


class ServerFacts(NamedTuple):
    """What devices are told of this server."""

    server: str  # the address
    http: str  # http://ADDRESS:PORT
    tftp: str  # the address


@dataclass(frozen=True, slots=True)
class RenderJob:
    """Files to be made: those of one device, or (device None) those that all devices of a plugin share."""

    revision: int  # of the inputs; the result of an older one is dropped
    folder: str  # the plugin's
    raw: dict[str, Any]  # the flattened raw_config; the base config for common files
    facts: ServerFacts
    device: dict[str, Any] | None = None  # the fields of model.device.Device that a template sees
    machine: dict[str, Any] | None = None  # how far it is, when it boots from the network: state, once, home
    written: str = field(default="", compare=False, repr=False)  # by `written`, when somebody has done so before


def written(
    raw: Mapping[str, Any],
    facts: ServerFacts,
    device: Mapping[str, Any] | None,
    machine: Mapping[str, Any] | None = None,
) -> str:
    """Write what files are made from as it goes to a worker; in the order of the keys, which a template sees."""
    inputs = {"raw": raw, "facts": facts._asdict(), "device": device, "machine": machine}
    return json.dumps(inputs, separators=(",", ":"))


class Work(NamedTuple):
    """Jobs of one plugin on their way to a worker, and the name of the folder for their new files."""

    token: str
    jobs: tuple[RenderJob, ...]


class Task(NamedTuple):
    """What a worker is asked: one of these."""

    work: Work | None = None
    inspect: Inspection | None = None
    merge: Texts | None = None


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One file that a device, or every device, has."""

    path: str  # below var/tftpboot
    part: str
    secret: bool
    template: str  # the one that won, relative to the plugin folder
    sha256: str
    size: int
    changed: bool  # its octets differ from what lay there


@dataclass(frozen=True, slots=True)
class Left:
    """A file of the manifest that this device does not have."""

    name: str  # as the manifest writes it
    why: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """All files of the job, as they now stand in var/tftpboot."""

    revision: int
    files: tuple[RenderedFile, ...]
    left: tuple[Left, ...] = field(default=())


class TemplateFault(NamedTuple):
    """A template, or the configuration, is to blame; nothing was replaced."""

    template: str  # relative to the plugin folder; the manifest when it is to blame
    line: int  # 0: not known
    why: str


class RenderFailed(NamedTuple):
    """The worker broke down over this job: it died, took too long or too much; nothing was replaced."""

    why: str


class Outdated(NamedTuple):
    """A newer job for the same device came in meanwhile; nothing was replaced."""

    revision: int


Answer = Rendered | TemplateFault | RenderFailed  # of a worker
Outcome = Answer | Outdated

_KINDS: dict[str, Any] = {"rendered": Rendered, "fault": TemplateFault, "failed": RenderFailed}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode_work(token: str, jobs: Iterable[RenderJob]) -> bytes:
    """Write a Task of this work as codec.encode does; what has been written before is not written again."""
    return f'{{"work":{{"token":{json.dumps(token)},"jobs":[{",".join(map(_written, jobs))}]}}}}'.encode()


def _written(job: RenderJob) -> str:
    inputs = job.written or written(job.raw, job.facts, job.device, job.machine)
    return f'{{"revision":{job.revision},"folder":{json.dumps(job.folder)},{inputs[1:]}'


def encode_answers(answers: Iterable[Answer]) -> bytes:
    """Write what a worker answers to each job of its work."""
    return codec.encode([{"is": _NAMES[type(each)], "of": each} for each in answers])


def decode_answers(data: bytes, count: int) -> list[Answer]:
    """Read what a worker answered to so many jobs; BadMessage names what does not fit."""
    found = [_answer(plain) for plain in codec.decode(tuple[dict[str, Any], ...], data)]
    if len(found) != count:
        raise codec.BadMessage(f"{len(found)} answers to {count} jobs")
    return found


def _answer(plain: dict[str, Any]) -> Answer:
    kind = _KINDS.get(plain.get("is", ""))
    if kind is None:
        raise codec.BadMessage(f"not an outcome: {sorted(plain)}")
    answer: Answer = codec.from_plain(kind, plain.get("of"), kind.__name__)
    return answer
