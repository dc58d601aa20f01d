"""The section of ringboot.toml about the administrator's Python: what a hook may use."""

from __future__ import annotations

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Deadline, Size

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Scripts:
    """What the process of the administrator's Python may use; which files it runs, `[dhcp] scripts` says."""

    time_limit: Deadline = Field(
        default=0.25,
        description="How long one hook may take. It is broken off then; one that cannot be is ended with its process, "
        "which is started again.",
    )
    memory: Size = Field(
        default=512 << 20,
        description="How much address space the process may have. What does not fit is a MemoryError in the hook.",
    )
