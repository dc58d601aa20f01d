"""The section of ringboot.toml about the administrator's pages and API over the network."""

from __future__ import annotations

from pydantic import ConfigDict, Field, JsonValue, StrictBool
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Domain, Folder, Listen, Place

_STRICT = ConfigDict(extra="forbid")
_RESTART: dict[str, JsonValue] = {"restart": True}


@dataclass(frozen=True, slots=True, config=_STRICT)
class Admin:
    """Pages and API for administrators, over the network: sign-in is asked for from the first start."""

    listen: Place = Field(
        json_schema_extra=_RESTART,
        default=Listen("127.0.0.1", 8666),
        description="Where it listens. Elsewhere than on this machine itself `tls` must be said. "
        '`"off"`: there is the unix socket alone.',
    )
    tls: StrictBool | None = Field(
        json_schema_extra=_RESTART,
        default=None,
        description="`true`: by HTTPS, with `certificate` or with one that is signed by a CA of our own. `false`: by "
        "HTTP, so that everybody on the way can read passwords. Default: HTTP on this machine itself, "
        "HTTPS where a certificate is given.",
    )
    certificate: Folder | None = Field(
        default=None,
        description="The certificate that it shows, and those that follow it, as PEM. Default: one of our own CA; "
        "`ringboot tls ca` prints what browsers must trust then.",
    )
    key: Folder | None = Field(default=None, description="The key of that certificate, as PEM, without a password.")
    names: tuple[Domain, ...] = Field(
        default=(),
        description="The names that browsers call it by, beside the machine's own name, `localhost` and its addresses.",
    )

    @property
    def is_tls(self) -> bool:
        """Tell whether it speaks HTTPS."""
        return self.certificate is not None if self.tls is None else self.tls

    @property
    def is_loopback(self) -> bool:
        """Tell whether nobody but this machine itself reaches it."""
        return self.listen is None or self.listen.address.startswith("127.")
