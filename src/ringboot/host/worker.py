"""The render worker's process: takes jobs, makes their files, leaves the changed ones where main picks them up."""

from __future__ import annotations

import sys

from ringboot.host import guest
from ringboot.model import codec
from ringboot.plugins.job import RenderFailed, Task, TemplateFault, Work, encode_outcome
from ringboot.plugins.lint import lint
from ringboot.plugins.merge import merge
from ringboot.plugins.render import make, stage
from ringboot.plugins.staging import clear, make_folder


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
    """Do one job."""
    made = make(work.job)
    if isinstance(made, TemplateFault):
        return encode_outcome(made)
    try:
        into = make_folder(work.job.folder, work.token)
        return encode_outcome(stage(work.job, made, into))
    except OSError as error:
        clear(work.job.folder, work.token)
        return encode_outcome(RenderFailed(f"{error.filename or work.job.folder}: {error.strerror}"))


if __name__ == "__main__":
    sys.exit(guest.serve(answer))
