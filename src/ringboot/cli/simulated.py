"""What `ringboot simulate` prints with --json, as types: each phone's way, and the sums."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import Mac, Seconds


class Step(BaseModel):
    """A step of a simulated phone, and when: seconds after it was switched on."""

    at: Seconds
    what: str = Field(description="address, file, missing, failed, again or done.")
    detail: str


class SimulatedPhone(BaseModel):
    """A simulated phone's way."""

    mac: Mac
    brand: str
    model: str
    version: str
    on: Seconds
    tries: int
    seconds: Seconds | None
    problem: str
    steps: list[Step]


class Sums(BaseModel):
    """How many phones came up, and how long they took."""

    phones: int
    configured: int
    failed: int
    p50: Seconds | None
    p95: Seconds | None
    max: Seconds | None


class BrandSums(Sums):
    """The phones of one brand."""

    brand: str


class SimulationProblem(BaseModel):
    """Why phones of a brand failed."""

    problem: str
    brand: str
    phones: int


class Simulated(Sums):
    """What came of a simulation."""

    server: str
    seed: int
    seconds: Seconds
    dhcp: bool
    tries: int
    reads_again: int
    notified: int
    changed: int
    brands: list[BrandSums]
    problems: list[SimulationProblem]
    failures: list[SimulatedPhone]
    slowest: SimulatedPhone | None
