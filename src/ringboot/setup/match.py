"""What a client must send to be of a class, or to be booted by a rule."""

from __future__ import annotations

from pydantic import ConfigDict, Field, StrictBool
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Arches, Globs, MacGlobs, Names, ValueGlobs

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT)
class ClassMatch:
    """What a client must send to belong to a class; all that is given must fit, and of a list any one."""

    mac: MacGlobs | None = Field(default=None, description="Its MAC.")
    vendor_class: Globs | None = Field(default=None, alias="vendor-class", description="Option 60.")
    user_class: Globs | None = Field(
        default=None, alias="user-class", description="Option 77, whole or one of its parts (RFC 3004)."
    )
    hostname: Globs | None = Field(default=None, description="Option 12, without regard to case.")
    client_id: Globs | None = Field(
        default=None,
        alias="client-id",
        description='Option 61, as text or as hex pairs ("01:00:00:5e:*").',
    )
    circuit_id: Globs | None = Field(
        default=None, alias="circuit-id", description="What the relay calls the port (82.1), as text or as hex pairs."
    )
    remote_id: Globs | None = Field(
        default=None, alias="remote-id", description="What the relay calls the client (82.2), as text or as hex pairs."
    )
    arch: Arches | None = Field(default=None, description="Option 93, one of the architectures that it names.")
    options: dict[str, ValueGlobs] = Field(
        default_factory=dict,
        description="Any option by name, number or sub-option. Text and octets by pattern or hex pairs, "
        'others by their whole value; "*" is any value.',
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class BootMatch(ClassMatch):
    """What a machine must send, and where it must be, for a boot rule; all that is given must fit.

    Only what boots from the network has an architecture (option 93).  A rule is for these alone, unless it names a
    vendor-class, a user-class or options.
    """

    network: Names | None = Field(default=None, description="The network that it is in.")
    classes: Names | None = Field(default=None, alias="class", description="A class that it belongs to.")
    known: StrictBool | None = Field(
        default=None, description="Whether it has a reservation or is a configured device. Default: either."
    )
