"""The render worker's process: takes jobs, makes their files, leaves the changed ones where main picks them up."""

from __future__ import annotations

import sys

from ringboot.host import guest
from ringboot.model import codec
from ringboot.plugins.job import Answer, RenderFailed, RenderJob, Task, TemplateFault, Work, encode_answers
from ringboot.plugins.lint import lint
from ringboot.plugins.merge import merge
from ringboot.plugins.render import make, stage
from ringboot.plugins.staging import make_folder, new_folder


def answer(request: bytes) -> bytes:
    """Do what is asked."""
    task = codec.decode(Task, request)
    if task.inspect is not None:
        return codec.encode(lint(task.inspect))
    if task.merge is not None:
        return codec.encode(merge(task.merge))
    assert task.work is not None
    return _rendered(task.work)


def _rendered(work: Work) -> bytes:
    """Do all jobs; each has an answer of its own."""
    return encode_answers(_answer(work.token, number, job) for number, job in enumerate(work.jobs))


def _answer(token: str, number: int, job: RenderJob) -> Answer:
    """Do one job; the folder for new files is made when there is something to put into it."""
    made = make(job)
    if isinstance(made, TemplateFault):
        return made
    into = new_folder(job.folder, token)
    try:
        if not into.exists():
            make_folder(job.folder, token)
        return stage(job, made, into, number)
    except OSError as error:
        return RenderFailed(f"{error.filename or job.folder}: {error.strerror}")


if __name__ == "__main__":
    sys.exit(guest.serve(answer))
