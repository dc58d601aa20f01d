"""Machines that boot from the network, as types."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Address, Mac, Utc


class Machine(BaseModel):
    """How far a machine is."""

    id: str
    mac: Mac | None
    ip: Address | None
    model: str | None = Field(description="Its firmware, such as x86-uefi-64.")
    config: str | None
    description: str | None
    state: Literal["new", "waiting", "installing", "done"] = Field(
        description="new: it has not asked what to boot; waiting: it asked, and a person has to say yes; "
        "installing: it may; done: it called home, and starts from its disk."
    )
    since: Utc = Field(description="When it came to this state; 0: it is new.")
    who: str = Field(description="Who let it be installed.")
    asked: Utc | None = Field(description="When it last fetched its script.")
