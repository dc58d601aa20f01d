"""The configuration of a phone, brand or not: provd's keys, each with its type and range.

A layer is checked on its own for types only; what one key demands of another is asked of the flattened result.  None
unsets what a parent says, also of a whole line or function key.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic import model_validator as model_check

from ringboot.fleet.fields import FieldError, FieldErrors, check_text, from_pydantic
from ringboot.plugins import raw as shape

_CUSTOM = re.compile(r"X_[A-Za-z0-9_]{1,100}")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,252}")
_URL = re.compile(r"https?://[^\s\x00-\x1f\"<>]{1,1000}")
_LOCALE = re.compile(r"[a-z]{2}_[A-Z]{2}")
_MOST_ROWS = 2000


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("is not a time zone of the tz database, such as Europe/Paris")
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _numbers(rows: object) -> object:
    if isinstance(rows, Mapping):
        if len(rows) > _MOST_ROWS:
            raise ValueError(f"has more than {_MOST_ROWS} entries")
        wrong = [str(key) for key in rows if not re.fullmatch(r"[1-9][0-9]{0,3}", str(key))]
        if wrong:
            raise ValueError(f"its keys are numbers from 1, not {', '.join(wrong[:3])!r:.80}")
    return rows


def _like(pattern: re.Pattern[str], words: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"must be {words}")
        return text

    return AfterValidator(check)


def _pem(text: str) -> str:
    if "-----BEGIN " not in text or "-----END " not in text or len(text) > 65536:
        raise ValueError("is not PEM: it lacks its -----BEGIN and -----END lines")
    return text


Text = Annotated[str, BeforeValidator(check_text)]
Host = Annotated[str, _like(_HOST, "an address or a host name")]
Port = Annotated[int, Field(ge=1, le=65535)]
Vlan = Annotated[int, Field(ge=0, le=4094)]
Pem = Annotated[str, AfterValidator(_pem)]
DtmfMode = Literal["RTP-in-band", "RTP-out-of-band", "SIP-INFO"]
SrtpMode = Literal["disabled", "preferred", "required"]
Row = TypeVar("Row")
Rows = Annotated[dict[str, Row | None], BeforeValidator(_numbers)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SipLine(_Keys):
    """One account."""

    proxy_ip: Host | None = None
    proxy_port: Port | None = None
    backup_proxy_ip: Host | None = None
    backup_proxy_port: Port | None = None
    registrar_ip: Host | None = None
    registrar_port: Port | None = None
    backup_registrar_ip: Host | None = None
    backup_registrar_port: Port | None = None
    outbound_proxy_ip: Host | None = None
    outbound_proxy_port: Port | None = None
    username: Text | None = None
    auth_username: Text | None = None
    password: Text | None = None
    display_name: Text | None = None
    number: Text | None = None
    dtmf_mode: DtmfMode | None = None
    srtp_mode: SrtpMode | None = None
    voicemail: Text | None = None


class FuncKey(_Keys):
    """One function key."""

    type: Literal["speeddial", "blf", "park"] | None = None
    value: Text | None = None
    label: Text | None = None
    line: Annotated[int, Field(ge=1, le=9999)] | None = None


class CallManager(_Keys):
    """One SCCP server."""

    ip: Host | None = None
    port: Port | None = None


class RawConfig(_Keys):
    """One layer, or the flattened whole."""

    model_config = ConfigDict(extra="allow")

    ip: Host | None = None
    http_port: Port | None = None
    http_base_url: Annotated[str, _like(_URL, "a URL of http or https")] | None = None
    tftp_port: Port | None = None
    dns_enabled: bool | None = None
    dns_ip: Host | None = None
    ntp_enabled: bool | None = None
    ntp_ip: Host | None = None
    vlan_enabled: bool | None = None
    vlan_id: Vlan | None = None
    vlan_priority: Annotated[int, Field(ge=0, le=7)] | None = None
    vlan_pc_port_id: Vlan | None = None
    syslog_enabled: bool | None = None
    syslog_ip: Host | None = None
    syslog_port: Port | None = None
    syslog_level: Literal["critical", "error", "warning", "info", "debug"] | None = None
    admin_username: Text | None = None
    admin_password: Text | None = None
    user_username: Text | None = None
    user_password: Text | None = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    locale: Annotated[str, _like(_LOCALE, "a language and a country, such as fr_CA")] | None = None
    protocol: Literal["SIP", "SCCP"] | None = None
    sip_proxy_ip: Host | None = None
    sip_proxy_port: Port | None = None
    sip_backup_proxy_ip: Host | None = None
    sip_backup_proxy_port: Port | None = None
    sip_registrar_ip: Host | None = None
    sip_registrar_port: Port | None = None
    sip_backup_registrar_ip: Host | None = None
    sip_backup_registrar_port: Port | None = None
    sip_outbound_proxy_ip: Host | None = None
    sip_outbound_proxy_port: Port | None = None
    sip_dtmf_mode: DtmfMode | None = None
    sip_srtp_mode: SrtpMode | None = None
    sip_transport: Literal["udp", "tcp", "tls"] | None = None
    sip_servers_root_and_intermediate_certificates: list[Pem] | None = None
    sip_local_root_and_intermediate_certificates: list[Pem] | None = None
    sip_local_certificate: Pem | None = None
    sip_local_key: Pem | None = None
    sip_subscribe_mwi: bool | None = None
    sip_lines: Rows[SipLine] | None = None
    sccp_call_managers: Rows[CallManager] | None = None
    exten_dnd: Text | None = None
    exten_fwd_unconditional: Text | None = None
    exten_fwd_no_answer: Text | None = None
    exten_fwd_busy: Text | None = None
    exten_fwd_disable_all: Text | None = None
    exten_park: Text | None = None
    exten_pickup_group: Text | None = None
    exten_pickup_call: Text | None = None
    exten_voicemail: Text | None = None
    funckeys: Rows[FuncKey] | None = None
    config_version: int | None = None
    X_xivo_phonebook_ip: Host | None = None
    X_xivo_phonebook_scheme: Literal["http", "https"] | None = None
    X_xivo_phonebook_port: Port | None = None
    X_xivo_phonebook_profile: Text | None = None
    X_xivo_user_uuid: Text | None = None

    @model_check(mode="before")
    @classmethod
    def _keys(cls, values: object) -> object:
        if isinstance(values, Mapping) and not all(isinstance(key, str) for key in values):
            raise ValueError("its keys are text")
        return values


def is_secret(key: str) -> bool:
    """Tell whether a dotted key holds what must not be shown: a password, or a private key."""
    last = key.rpartition(".")[2]
    return last.endswith(("password", "_key", "secret")) and last != "X_key"


def without_secrets(text: str, tree: Mapping[str, Any]) -> str:
    """Give a text in which every secret of a configuration, or a line of one, reads ***."""
    lines = {line.strip() for secret in _secrets(tree) for line in (secret, *secret.splitlines())} - {""}
    for line in sorted(lines, key=len, reverse=True):  # one may hold another
        text = re.sub(rf"(?<!\w){re.escape(line)}(?!\w)", "***", text)
    return text


def _secrets(tree: Mapping[str, Any]) -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif value is not None and not isinstance(value, bool) and is_secret(key):
            yield str(value)


def check_layer(raw: Mapping[str, Any], place: str = "raw_config") -> dict[str, Any]:
    """Check one layer and bring its values to their types; FieldErrors.  What is absent stays absent."""
    strange = [key for key in raw if key not in shape.NAMES and not _CUSTOM.fullmatch(str(key))]
    faults = [
        FieldError(f"{place}.{key}", "is not a key that is known; keys of your own begin with X_") for key in strange
    ]
    try:
        checked = RawConfig.model_validate({key: value for key, value in raw.items() if key not in strange})
    except ValidationError as error:
        faults += from_pydantic(error, place).errors
    else:
        if not faults:
            return checked.model_dump(exclude_unset=True)
    raise FieldErrors(faults)


# A switch, and the key without which it means nothing.
_NEEDS = (
    ("dns_enabled", "dns_ip"),
    ("ntp_enabled", "ntp_ip"),
    ("vlan_enabled", "vlan_id"),
    ("syslog_enabled", "syslog_ip"),
)


def effective(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Give what holds of a flattened configuration: nothing that was unset, and checked as a whole; FieldErrors."""
    whole = {key: value for key, value in check_layer(flat).items() if value is not None}
    for rows in shape.ROWS:
        if rows in whole:
            whole[rows] = {number: row for number, row in whole[rows].items() if row is not None}
    faults = [
        FieldError(f"raw_config.{needed}", f"is required because {switch} is on")
        for switch, needed in _NEEDS
        if whole.get(switch) and whole.get(needed) is None
    ]
    for number, key in whole.get("funckeys", {}).items():
        if key.get("type") is None:
            faults.append(FieldError(f"raw_config.funckeys.{number}.type", "is required"))
        elif key["type"] != "park" and not key.get("value"):
            faults.append(FieldError(f"raw_config.funckeys.{number}.value", f"is required for a {key['type']} key"))
    if faults:
        raise FieldErrors(faults)
    return whole


def complete(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see of a flattened configuration: every key, with provd's defaults; FieldErrors."""
    return shape.complete(effective(flat))
