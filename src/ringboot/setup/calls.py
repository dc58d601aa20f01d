"""The sections of ringboot.toml about calls that dial a code: where they may come in."""

from __future__ import annotations

from pydantic import ConfigDict, Field, JsonValue
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Place

_STRICT = ConfigDict(extra="forbid")
_RESTART: dict[str, JsonValue] = {"restart": True}


@dataclass(frozen=True, slots=True, config=_STRICT)
class Agi:
    """FastAGI for Asterisk's dialplan: `AGI(agi://HOST/provision,CODE)` gives a user's config to the calling phone."""

    listen: Place = Field(default=None, json_schema_extra=_RESTART, description="Where it listens. Off by default.")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Sip:
    """The SIP door: phones that nobody uses yet register here and dial a user's code, without a telephone system."""

    listen: Place = Field(
        default=None,
        json_schema_extra=_RESTART,
        description='Where it listens, by UDP and TCP, such as `":5060"`. Off by default.',
    )
