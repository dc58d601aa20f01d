"""What each key of a config means, in parts that belong together: the reference and the forms follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel

from ringboot.fleet import raw_config


class Part(NamedTuple):
    """Keys that belong together."""

    title: str
    words: str
    kind: type[BaseModel]
    meanings: Mapping[str, str]


_SERVERS = {
    "proxy": "the SIP proxy",
    "backup_proxy": "the proxy that is tried when the first does not answer",
    "registrar": "where lines register; without it, the proxy",
    "backup_registrar": "the registrar that is tried when the first does not answer",
    "outbound_proxy": "where all messages are sent instead of to the proxy",
}


def _servers(prefix: str = "") -> dict[str, str]:
    meanings: dict[str, str] = {}
    for name, words in _SERVERS.items():
        meanings[f"{prefix}{name}_ip"] = f"{words[0].upper()}{words[1:]}."
        meanings[f"{prefix}{name}_port"] = "Its port; without it, the usual one."
    return meanings


_TOP = raw_config.RawConfig
PARTS: tuple[Part, ...] = (
    Part(
        "Network and time",
        "",
        _TOP,
        {
            "timezone": "A zone of the tz database, such as `Europe/Paris`; each brand gets it in its own form.",
            "locale": "Language and country, such as `fr_CA`.",
            "ntp_enabled": "Whether the phone asks a time server.",
            "ntp_ip": "The time server; required when it does.",
            "dns_enabled": "Whether the phone is given a name server here (else by DHCP).",
            "dns_ip": "The name server; required when it is.",
            "vlan_enabled": "Whether the phone tags what it sends.",
            "vlan_id": "The VLAN of the phone; required when it does.",
            "vlan_priority": "The priority of its frames, 0 to 7.",
            "vlan_pc_port_id": "The VLAN of the socket for a computer.",
            "syslog_enabled": "Whether the phone sends its log.",
            "syslog_ip": "Where to; required when it does.",
            "syslog_port": "The port there; 514 without it.",
            "syslog_level": "From which level on; `warning` without it.",
        },
    ),
    Part(
        "Access to the phone",
        "",
        _TOP,
        {
            "admin_username": "Who may change everything on the phone.",
            "admin_password": "The password for that.",
            "user_username": "Who may change a little.",
            "user_password": "The password for that.",
        },
    ),
    Part(
        "SIP, for all lines",
        "A line's own value wins.",
        _TOP,
        {
            "protocol": "For phones that speak both.",
            **_servers("sip_"),
            "sip_transport": "How messages are sent; `udp` without it.",
            "sip_srtp_mode": "Whether speech is encrypted; `disabled` without it.",
            "sip_dtmf_mode": "How tones are sent during a call.",
            "sip_subscribe_mwi": "Whether the phone subscribes to message waiting.",
            "sip_servers_root_and_intermediate_certificates": "Certificates of servers, the root first.",
            "sip_local_root_and_intermediate_certificates": "Certificates above the phone's own.",
            "sip_local_certificate": "The phone's own certificate.",
            "sip_local_key": "Its key.",
            "sip_lines": "The lines by number from 1, see below.",
        },
    ),
    Part(
        "A line: sip_lines.NUMBER",
        "On the command line: `sip_lines.1.username=1001`.",
        raw_config.SipLine,
        {
            "username": "The account.",
            "auth_username": "The name for authentication; without it, the account.",
            "password": "The password.",
            "display_name": "What others see.",
            "number": "The number, as the phone shows it.",
            **_servers(),
            "dtmf_mode": "As `sip_dtmf_mode`.",
            "srtp_mode": "As `sip_srtp_mode`.",
            "voicemail": "The number of its mailbox.",
        },
    ),
    Part(
        "A function key: funckeys.NUMBER",
        "",
        raw_config.FuncKey,
        {
            "type": "What it does: call, show and call a busy phone, or park.",
            "value": "The number; required for `speeddial` and `blf`.",
            "label": "What stands beside it.",
            "line": "The line that it uses.",
        },
    ),
    Part(
        "A call manager: sccp_call_managers.NUMBER",
        "Number 1 is tried first.",
        raw_config.CallManager,
        {"ip": "The server for phones that speak SCCP.", "port": "Its port; without it, the usual one."},
    ),
    Part(
        "Numbers that phones dial",
        "",
        _TOP,
        {
            "exten_voicemail": "The mailbox.",
            "exten_dnd": "Do not disturb, on and off.",
            "exten_fwd_unconditional": "Forward every call.",
            "exten_fwd_no_answer": "Forward when nobody answers.",
            "exten_fwd_busy": "Forward when busy.",
            "exten_fwd_disable_all": "Forward nothing any more.",
            "exten_park": "Park a call.",
            "exten_pickup_group": "Take a call of one's group.",
            "exten_pickup_call": "Take a call of one phone; its number follows.",
            "funckeys": "The function keys by number from 1, see above.",
            "sccp_call_managers": "The call managers by number from 1, see above.",
        },
    ),
    Part(
        "This server, and the rest",
        "What phones are told of this server is known without these; set one to tell them something else.",
        _TOP,
        {
            "ip": "The address of this server.",
            "http_port": "Its HTTP port.",
            "http_base_url": "The beginning of the URLs of its files.",
            "tftp_port": "Its TFTP port.",
            "config_version": "A number of yours that grows with each change; few brands write it down.",
            "X_xivo_phonebook_ip": "A phone book server.",
            "X_xivo_phonebook_scheme": "How it is reached; `http` without it.",
            "X_xivo_phonebook_port": "Its port; 9498 without it.",
            "X_xivo_phonebook_profile": "Which of its phone books.",
            "X_xivo_user_uuid": "The user that the phone belongs to.",
        },
    ),
)
