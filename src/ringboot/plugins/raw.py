"""The keys of a device's configuration as templates see them: every one is there, absent ones are None."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Key(NamedTuple):
    """One top-level key; `shared` ones may be read by files that are not one device's own."""

    name: str
    shared: bool = False


KEYS: tuple[Key, ...] = (
    Key("ip", shared=True),
    Key("http_port", shared=True),
    Key("http_base_url", shared=True),
    Key("tftp_port", shared=True),
    Key("dns_enabled", shared=True),
    Key("dns_ip", shared=True),
    Key("ntp_enabled", shared=True),
    Key("ntp_ip", shared=True),
    Key("vlan_enabled", shared=True),
    Key("vlan_id", shared=True),
    Key("vlan_priority", shared=True),
    Key("vlan_pc_port_id", shared=True),
    Key("syslog_enabled", shared=True),
    Key("syslog_ip", shared=True),
    Key("syslog_port", shared=True),
    Key("syslog_level", shared=True),
    Key("admin_username"),
    Key("admin_password"),
    Key("user_username"),
    Key("user_password"),
    Key("timezone", shared=True),
    Key("locale", shared=True),
    Key("protocol", shared=True),
    Key("sip_proxy_ip", shared=True),
    Key("sip_proxy_port", shared=True),
    Key("sip_backup_proxy_ip", shared=True),
    Key("sip_backup_proxy_port", shared=True),
    Key("sip_registrar_ip", shared=True),
    Key("sip_registrar_port", shared=True),
    Key("sip_backup_registrar_ip", shared=True),
    Key("sip_backup_registrar_port", shared=True),
    Key("sip_outbound_proxy_ip", shared=True),
    Key("sip_outbound_proxy_port", shared=True),
    Key("sip_dtmf_mode", shared=True),
    Key("sip_srtp_mode", shared=True),
    Key("sip_transport", shared=True),
    Key("sip_servers_root_and_intermediate_certificates", shared=True),
    Key("sip_local_root_and_intermediate_certificates"),
    Key("sip_local_certificate"),
    Key("sip_local_key"),
    Key("sip_subscribe_mwi", shared=True),
    Key("sip_lines"),
    Key("sccp_call_managers", shared=True),
    Key("exten_dnd", shared=True),
    Key("exten_fwd_unconditional", shared=True),
    Key("exten_fwd_no_answer", shared=True),
    Key("exten_fwd_busy", shared=True),
    Key("exten_fwd_disable_all", shared=True),
    Key("exten_park", shared=True),
    Key("exten_pickup_group", shared=True),
    Key("exten_pickup_call", shared=True),
    Key("exten_voicemail", shared=True),
    Key("funckeys"),
    Key("config_version"),
    Key("X_xivo_phonebook_ip", shared=True),
    Key("X_xivo_phonebook_scheme", shared=True),
    Key("X_xivo_phonebook_port", shared=True),
    Key("X_xivo_phonebook_profile"),
    Key("X_xivo_user_uuid"),
)
LINE_KEYS = (
    *("proxy_ip", "proxy_port", "backup_proxy_ip", "backup_proxy_port"),
    *("registrar_ip", "registrar_port", "backup_registrar_ip", "backup_registrar_port"),
    *("outbound_proxy_ip", "outbound_proxy_port", "username", "auth_username", "password"),
    *("display_name", "number", "dtmf_mode", "srtp_mode", "voicemail"),
)
FUNCKEY_KEYS = ("type", "value", "label", "line")
CALL_MANAGER_KEYS = ("ip", "port")

NAMES = frozenset(key.name for key in KEYS)
SHARED = frozenset(key.name for key in KEYS if key.shared)
# Numbered tables: the fields of each of their rows.
ROWS = {"sip_lines": LINE_KEYS, "funckeys": FUNCKEY_KEYS, "sccp_call_managers": CALL_MANAGER_KEYS}
# What holds credentials whatever a manifest says; tests put canaries there.
SECRETS = ("admin_password", "user_password", "sip_local_key", "sip_lines.password")

_ABSENT = dict.fromkeys(key.name for key in KEYS)
_ABSENT_OF = {name: dict.fromkeys(fields) for name, fields in ROWS.items()}
_PHONEBOOK = {"X_xivo_phonebook_scheme": "http", "X_xivo_phonebook_port": 9498}


def complete(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Give every key, None where absent, with provd's defaults; numbered tables in the order of their numbers."""
    full: dict[str, Any] = {**_ABSENT, **raw}
    if full["syslog_enabled"]:
        _default(full, "syslog_port", 514)
        _default(full, "syslog_level", "warning")
    _default(full, "sip_registrar_ip", full["sip_proxy_ip"])
    _default(full, "sip_srtp_mode", "disabled")
    _default(full, "sip_transport", "udp")
    if full["X_xivo_phonebook_ip"]:
        for name, value in _PHONEBOOK.items():
            _default(full, name, value)
    for name, absent in _ABSENT_OF.items():
        rows = full[name] or {}
        full[name] = {number: {**absent, **rows[number]} for number in sorted(rows, key=_number)}
    for line in full["sip_lines"].values():
        _default(line, "registrar_ip", line["proxy_ip"])
        _default(line, "auth_username", line["username"])
    return full


def _default(values: dict[str, Any], name: str, value: Any) -> None:
    if values[name] is None:
        values[name] = value


def _number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (1 << 30, key)
