"""The render worker's process: takes jobs, makes their files, leaves the changed ones where main picks them up."""

from __future__ import annotations

import shutil
import sys

from ringboot.host import guest
from ringboot.model import codec
from ringboot.plugins.job import RenderFailed, TemplateFault, Work, encode_outcome
from ringboot.plugins.render import make, stage
from ringboot.plugins.staging import new_folder


def answer(request: bytes) -> bytes:
    """Do one job."""
    work = codec.decode(Work, request)
    made = make(work.job)
    if isinstance(made, TemplateFault):
        return encode_outcome(made)
    into = new_folder(work.job.folder, work.token)
    try:
        return encode_outcome(stage(work.job, made, into))
    except OSError as error:
        shutil.rmtree(into, ignore_errors=True)
        return encode_outcome(RenderFailed(f"{error.filename or into}: {error.strerror}"))


if __name__ == "__main__":
    sys.exit(guest.serve(answer))
