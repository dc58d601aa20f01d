"""The section of ringboot.toml about the page where an unknown machine is made known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, StrictBool
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Meaning, Name, Place, RangeText, shown
from ringboot.setup.problems import Wrong

if TYPE_CHECKING:
    from ringboot.setup.reading import Draft

LONGEST = 1000  # characters of what the page says
_STRICT = ConfigDict(extra="forbid")
_RESTART: dict[str, JsonValue] = {"restart": True}


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"{shown(value)} is not text", "put it in quotes")
    if len(value) > LONGEST:
        raise Wrong(f"is longer than {LONGEST} characters", "say less")
    return value


Words = Annotated[str, BeforeValidator(_words), Meaning("text", '"Summer LAN"')]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Register:
    """A small page where a guest, or an operator, makes an unknown machine known; at its next renewal it moves over."""

    listen: Place = Field(
        default=None, json_schema_extra=_RESTART, description='Where it listens, such as `":8080"`. Off by default.'
    )
    network: Name | None = Field(
        default=None,
        description="The network in which a machine gets a reservation when it is made known. "
        "Default: none is made; it becomes a known device, and gets an address of the pools.",
    )
    addresses: RangeText | None = Field(
        default=None,
        description="The addresses that are kept for them, the next free one for each. Default: the network's pools.",
    )
    guests: StrictBool = Field(
        default=True, description="Let guests make the machine known that they sit at. `false`: operators only."
    )
    code: Words | None = Field(
        default=None,
        description="What a guest must type, such as the word on the poster of an event; `ringboot reload` changes it. "
        "Default: nothing.",
    )
    title: Words = Field(default="Make this machine known", description="The heading of the page.")
    message: Words = Field(
        default="This machine is not known here. Say who you are, and it gets its place in the network.",
        description="What the page says to a machine that is not known; an empty line begins a new paragraph.",
    )


def check_register(draft: Draft) -> None:
    """Note what of the section does not go with the networks."""
    page = draft.parts["register"]
    if not isinstance(page, Register) or draft.faulty(("dhcp", "network")):
        return
    if page.network is None:
        if page.addresses is not None:
            draft.add(("register", "addresses"), "is given without a network", "name the network that they are in")
        return
    home = next((each for _, each in draft.networks if each.called == page.network), None)
    if home is None:
        names = ", ".join(each.called for _, each in draft.networks) or "none"
        draft.add(("register", "network"), f'no network is called "{page.network}"', f"the networks are {names}")
    elif page.addresses is not None and not all(map(home.subnet.holds, page.addresses)):
        draft.add(
            ("register", "addresses"), f"{page.addresses} does not lie in {home.subnet}", "choose other addresses"
        )
    elif page.addresses is None and not home.ranges:
        todo = "add addresses, such as the upper half of the subnet"
        draft.add(("register", "network"), f'network "{home.called}" has no pool to take addresses from', todo)
