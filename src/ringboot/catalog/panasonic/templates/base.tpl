{#- The file of one phone: NAME="value" lines, each ended as the maker wants it. Of a name that stands twice the first counts.
    Empty values take back what was set before. -#}
{% set cr = '\r' | safe -%}

{% macro put(name, value) -%}
{{ name }}="{% if value is string and '"' in value %}{{ value | replace('"', "'") }}{% else %}{{ value }}{% endif %}"{{ cr }}
{% endmacro -%}

{% macro switch(name, on) -%}
{{ put(name, 'Y' if on else 'N') -}}
{% endmacro -%}

{% macro hour(seconds) -%}
{{ '%d:%02d:%02d' | format(seconds // 3600, seconds % 3600 // 60, seconds % 60) }}
{%- endmacro -%}

{% macro west(seconds) -%}
{{ '-' if seconds > 0 else '' }}{{ hour(seconds | abs) }}
{%- endmacro -%}

{% macro change(at) -%}
M{{ at.month }}.{{ at.week }}.{{ at.weekday }}/{{ hour([[at.seconds, 0] | max, 86400] | min) }}
{%- endmacro -%}

# {{ phone.header }} # DO NOT CHANGE THIS LINE!{{ cr }}
{% block provisioning -%}
{{ switch('PROVISION_ENABLE', true) -}}
{{ put('CFG_STANDARD_FILE_PATH', http ~ '/Panasonic/Config' ~ '{MAC}' ~ '.cfg') -}}
{{ switch('CFG_CYCLIC', true) -}}
{{ put('CFG_CYCLIC_INTVL', 1440) -}}
{{ put('CFG_RESYNC_FROM_SIP', 'check-sync') -}}
{% endblock -%}
{% block access -%}
{% for who, name, password in [('ADMIN', admin_username, admin_password), ('USER', user_username, user_password)] -%}
{% if name is not none -%}
{{ put(who ~ '_ID', name) -}}
{% endif -%}
{% if password is not none -%}
{{ put(who ~ '_PASS', password) -}}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{{ switch('DHCP_DNS_ENABLE', not dns_enabled) -}}
{{ put('USER_DNS1_ADDR', dns_ip if dns_enabled else none) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ switch('VLAN_ENABLE', vlan_enabled) -}}
{% if vlan_enabled -%}
{{ put('VLAN_ID_IP_PHONE', vlan_id) -}}
{{ put('VLAN_PRI_IP_PHONE', vlan_priority or 0) -}}
{% if phone.pc_port -%}
{{ put('VLAN_ID_PC', vlan_pc_port_id or 0) -}}
{% endif -%}
{% endif -%}
{% endif -%}
{{ put('SYSLOG_ADDR', syslog_ip if syslog_enabled else none) -}}
{{ put('SYSLOG_PORT', syslog_port if syslog_enabled else 514) -}}
{% for event in ['SIP', 'CFG', 'VOIP', 'TEL'] -%}
{{ put('SYSLOG_EVENT_' ~ event, tables.log_levels[syslog_level] if syslog_enabled else 0) -}}
{% endfor -%}
{% endblock -%}
{% block clock -%}
{{ put('NTP_ADDR', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{{ put('LOCAL_TIME_ZONE_POSIX', 'STD' ~ west(zone.offset) ~ ('DST' ~ west(zone.offset + zone.dst.save) ~ ',' ~ change(zone.dst.start)
    ~ ',' ~ change(zone.dst.end) if zone.dst else '')) -}}
{% endif -%}
{% if locale is not none -%}
{{ put('DEFAULT_LANGUAGE', tables.languages.get(locale[:2], 'en')) -}}
{% endif -%}
{% endblock -%}
{% block lines -%}
{{ switch('VM_SUBSCRIBE_ENABLE', sip_subscribe_mwi) -}}
{{ put('NUM_PLAN_PICKUP_DIRECT', exten_pickup_call) -}}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set end = '_' ~ number -%}
{{ put('LINE_ENABLE' ~ end, 'Enabled' if line else 'Disabled') -}}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set port = line.proxy_port or sip_proxy_port or tables.ports[sip_transport] -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set spare = line.backup_proxy_ip or sip_backup_proxy_ip -%}
{% set refuge = line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or spare -%}
{{ put('PHONE_NUMBER' ~ end, line.username) -}}
{{ put('SIP_URI' ~ end, none) -}}
{{ put('SIP_AUTHID' ~ end, line.auth_username) -}}
{{ put('SIP_PASS' ~ end, line.password) -}}
{{ put('DISPLAY_NAME' ~ end, line.display_name) -}}
{{ put('SIP_RGSTR_ADDR' ~ end, registrar) -}}
{{ put('SIP_RGSTR_PORT' ~ end, line.registrar_port or sip_registrar_port or (port if registrar == proxy else tables.ports[sip_transport])) -}}
{{ put('SIP_PRXY_ADDR' ~ end, proxy) -}}
{{ put('SIP_PRXY_PORT' ~ end, port) -}}
{{ put('SIP_PRSNC_ADDR' ~ end, proxy) -}}
{{ put('SIP_PRSNC_PORT' ~ end, port) -}}
{{ put('SIP_OUTPROXY_ADDR' ~ end, outbound) -}}
{{ put('SIP_OUTPROXY_PORT' ~ end, (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) or tables.ports[sip_transport]) -}}
{{ put('SIP_TRANSPORT' ~ end, tables.transports[sip_transport]) -}}
{{ put('VM_NUMBER' ~ end, line.voicemail or exten_voicemail) -}}
{% set mode = line.dtmf_mode or sip_dtmf_mode -%}
{% if phone.series == 'UT' -%}
{{ switch('OUTBANDDTMF' ~ end, mode != 'RTP-in-band') -}}
{% else -%}
{{ put('SIP_2NDPROXY_ADDR' ~ end, spare) -}}
{{ put('SIP_2NDPROXY_PORT' ~ end, line.backup_proxy_port or sip_backup_proxy_port or tables.ports[sip_transport]) -}}
{{ put('SIP_2NDRGSTR_ADDR' ~ end, refuge) -}}
{{ put('SIP_2NDRGSTR_PORT' ~ end, line.backup_registrar_port or sip_backup_registrar_port or tables.ports[sip_transport]) -}}
{{ put('SIP_TLS_MODE' ~ end, 1 if sip_transport == 'tls' else 0) -}}
{{ put('SRTP_CONNECT_MODE' ~ end, tables.srtp[line.srtp_mode or sip_srtp_mode]) -}}
{{ put('DTMF_METHOD' ~ end, tables.tones_in_calls.get(mode, 0)) -}}
{% endif -%}
{% else -%}
{% for field in tables.idle.line + (tables.idle.second if phone.series != 'UT' else []) -%}
{{ put(field ~ end, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% macro set_key(prefix, number, place, line_key) -%}
{% set key = funckeys.get(place | string) -%}
{% if key -%}
{{ put(prefix ~ '_FACILITY_ACT' ~ number, 'X_PANASONIC_IPTEL_' ~ ('CONTACT' if key.type == 'blf' else 'ONETOUCH')) -}}
{{ put(prefix ~ '_FACILITY_ARG' ~ number, key.value) -}}
{{ put(prefix ~ '_LABEL' ~ number, key.label or key.value) -}}
{% elif line_key and place <= phone.lines and place | string in sip_lines -%}
{{ put(prefix ~ '_FACILITY_ACT' ~ number, 'X_PANASONIC_IPTEL_DN') -}}
{{ put(prefix ~ '_FACILITY_ARG' ~ number, place) -}}
{{ put(prefix ~ '_LABEL' ~ number, none) -}}
{% else -%}
{% for field in ['ACT', 'ARG'] -%}
{{ put(prefix ~ '_FACILITY_' ~ field ~ number, none) -}}
{% endfor -%}
{{ put(prefix ~ '_LABEL' ~ number, none) -}}
{% endif -%}
{% endmacro -%}

{% block keys -%}
{# Flexible keys first, then those of the modules, which are numbered through. -#}
{% for number in range(1, phone.keys + 1) -%}
{{ set_key('FLEX_BUTTON', number, number, true) -}}
{% endfor -%}
{% for number in range(1, phone.expansion * phone.expansion_keys + 1) -%}
{{ set_key('DSS_BUTTON', number, phone.keys + number, false) -}}
{% endfor -%}
{% endblock -%}
{{ cr }}
