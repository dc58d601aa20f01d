"""The sections of ringboot.toml about the daemon itself: where it lives, who it is, how it logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Address, Folder, Meaning, shown
from ringboot.setup.problems import Wrong

_STRICT = ConfigDict(extra="forbid")
_RESTART: dict[str, JsonValue] = {"restart": True}


def _user(value: Any) -> str:
    import pwd  # noqa: PLC0415  # few files name one

    try:
        entry = pwd.getpwnam(value)
    except (KeyError, TypeError, ValueError):
        todo = "make the user: useradd --system --home-dir /var/lib/ringboot ringboot"
        raise Wrong(f"{shown(value)} is no user of this machine", todo) from None
    if entry.pw_uid == 0:
        raise Wrong("root would keep all rights", "name another user, or leave it out")
    return entry.pw_name


UserName = Annotated[str, BeforeValidator(_user), Meaning("name of a user", '"ringboot"')]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Server:
    """This daemon: where its data lies and what devices are told."""

    data: Folder = Field(
        json_schema_extra=_RESTART,
        default=Path("/var/lib/ringboot"),
        description="The folder of databases, plugins and files. A relative path starts at the configuration file.",
    )
    address: Address | None = Field(
        json_schema_extra=_RESTART,
        default=None,
        description="The address that devices are told. Default: the address of the interface that they came in on.",
    )
    storage: Literal["sqlite"] = Field(
        json_schema_extra=_RESTART, default="sqlite", description="Where devices, configs and leases are kept."
    )
    user: UserName | None = Field(
        json_schema_extra=_RESTART,
        default=None,
        description="The user that a daemon becomes which root has started, as soon as it listens; it keeps the rights "
        "to low ports, to raw sockets and to go before others (CAP_NET_BIND_SERVICE, CAP_NET_RAW, CAP_SYS_NICE). "
        "The data folder is given to that user. Default: it stays who it is.",
    )
    api_socket: Folder | None = Field(
        json_schema_extra=_RESTART,
        default=None,
        description="The unix socket of the API, which the commands use. Default: /run/ringboot/api.sock when the "
        "daemon runs as root, else run/api.sock in the data folder.",
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class Log:
    """What the daemon says on standard error, a line each."""

    format: Literal["auto", "text", "json"] = Field(
        json_schema_extra=_RESTART,
        default="auto",
        description="How lines are written. `auto`: as text on a terminal, else as JSON.",
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        json_schema_extra=_RESTART,
        default="info",
        description="The least that is written; `debug` tells every step, as `ringboot serve --verbose` does.",
    )
