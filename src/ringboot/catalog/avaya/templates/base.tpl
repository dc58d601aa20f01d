{#- J100 and 96x1: what 46xxsettings.txt does not say for all. Values stand in quotes; one that holds a quote does without. -#}
{% macro put(name, value) -%}
{% set text = value | string -%}
SET {{ name }} {% if value is none or value == '' %}""{% elif '"' not in text %}"{{ value }}"{% elif ' ' not in text %}{{ value }}{% else %}"{{ text | replace('"', "'") }}"{% endif %}
{% endmacro -%}

{% macro change(at) -%}
{# Which weekday of which month, and a full hour from 0 to 9 by the clock as it stood before. -#}
{{ 'L' if at.week == 5 else at.week }}{{ tables.days[at.weekday] }}{{ tables.months[at.month - 1] }}{{ [[at.seconds // 3600, 0] | max, 9] | min }}L
{%- endmacro -%}

{% macro place(address, port) -%}
{{ address }}:{{ port or tables.ports[sip_transport] }};transport={{ sip_transport }}
{%- endmacro -%}

{% macro key(number, what) -%}
SET PHONEKEY "Key={{ number }};{{ what | replace('"', "'") }};Forced"
{% endmacro -%}

{% if phone.script -%}
## {{ mac }}
{% block access -%}
{% if admin_password is not none -%}
{{ put('PROCPSWD', admin_password) -}}
{{ put('ADMIN_PASSWORD', admin_password) -}}
{{ put('FORCE_WEB_ADMIN_PASSWORD', admin_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled -%}
{{ put('DNSSRVR', dns_ip) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ put('L2Q', 1 if vlan_enabled else 2) -}}
{{ put('L2QVLAN', vlan_id if vlan_enabled else 0) -}}
{{ put('PHY2VLAN', (vlan_pc_port_id or 0) if vlan_enabled else 0) -}}
{% if vlan_priority is not none -%}
{{ put('L2QAUD', vlan_priority) -}}
{{ put('L2QSIG', vlan_priority) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ put('SNTPSRVR', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
{{ put('GMTOFFSET', '%s%d:%02d' | format('-' if minutes < 0 else '', (minutes | abs) // 60, (minutes | abs) % 60)) -}}
{{ put('DAYLIGHT_SAVING_SETTING_MODE', 2 if zone.dst else 0) -}}
{% if zone.dst -%}
{{ put('DSTOFFSET', (zone.dst.save + 1800) // 3600) -}}
{{ put('DSTSTART', change(zone.dst.start)) -}}
{{ put('DSTSTOP', change(zone.dst.end)) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('SYSLOG_ENABLED', 1 if syslog_enabled else 0) -}}
{{ put('LOGSRVR', syslog_ip if syslog_enabled else none) -}}
{% if syslog_enabled -%}
{{ put('SYSLOG_LEVEL', tables.log_levels[syslog_level]) -}}
{% endif -%}
{% endblock -%}
{% block lines -%}
{% set line = sip_lines.get('1') -%}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set spare = line.backup_proxy_ip or sip_backup_proxy_ip -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set door = (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) if outbound else line.proxy_port or sip_proxy_port -%}
{{ put('SIPDOMAIN', proxy) -}}
{{ put('SIP_CONTROLLER_LIST', place(outbound or proxy, door) ~ (',' ~ place(spare, line.backup_proxy_port or sip_backup_proxy_port) if spare else '')) -}}
{{ put('FORCE_SIP_USERNAME', line.auth_username) -}}
{{ put('FORCE_SIP_PASSWORD', line.password) -}}
{{ put('FORCE_SIP_EXTENSION', line.username) -}}
{{ put('DISPLAY_NAME', line.display_name) -}}
{{ put('MEDIAENCRYPTION', tables.media[line.srtp_mode or sip_srtp_mode]) -}}
{{ put('SEND_DTMF_TYPE', 1 if (line.dtmf_mode or sip_dtmf_mode) == 'RTP-in-band' else 2) -}}
{{ put('MWISRVR', proxy if sip_subscribe_mwi else none) -}}
{{ put('PSTN_VM_NUM', line.voicemail or exten_voicemail) -}}
{% else -%}
{% for name in ['SIPDOMAIN', 'SIP_CONTROLLER_LIST', 'FORCE_SIP_USERNAME', 'FORCE_SIP_PASSWORD', 'FORCE_SIP_EXTENSION', 'DISPLAY_NAME'] -%}
{{ put(name, none) -}}
{% endfor -%}
{% endif -%}
{% endblock -%}
{% block keys -%}
{# The first three keys are call appearances. A file is the whole of it: a key that is not in it is free. -#}
{% for number in range(1, phone.keys + phone.expansion * phone.expansion_keys + 1) -%}
{% set wish = funckeys.get(number | string) -%}
{% set target = (wish.value or (exten_park if wish.type == 'park' else none)) if wish else none -%}
{% if target -%}
{% set label = (wish.label or target) | replace(';', ',') -%}
{{ key(number + 3, 'Type=feature;Name=blf;attr1=' ~ target ~ ';attr2=' ~ target ~ ';Label=' ~ label if wish.type == 'blf'
    else 'Type=autodial;Name=autodial;attr1=' ~ target ~ ';Label=' ~ label) -}}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block firmware -%}
{% set file = (X_avaya_firmware | default({})).get(device.model) -%}
{% if file -%}
{{ put('APPNAME', file) -}}
{% endif -%}
{% endblock -%}
{% endif -%}
