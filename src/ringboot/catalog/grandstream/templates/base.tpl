{#- The settings of one phone, each a number (P-value). A phone keeps what its file does not mention, so accounts and keys
    that are not configured are emptied. -#}
{% set root = http.partition('//')[2] ~ '/Grandstream' -%}

{% macro put(number, value) %}
    <P{{ number }}>{{ value }}</P{{ number }}>
{%- endmacro -%}

{% macro switch(number, on) -%}
{{ put(number, 1 if on else 0) }}
{%- endmacro -%}

{% macro place(address, port) -%}
{{ address }}{% if address %}:{{ port or tables.ports[sip_transport] }}{% endif %}
{%- endmacro -%}

{% macro west(seconds) -%}
{{ '%+d' | format(-((seconds | abs) // 3600 * (1 if seconds > 0 else -1))) if seconds | abs >= 3600 else '-0' if seconds > 0 else '+0' }}
{%- if seconds % 3600 %}:{{ '%02d' | format((seconds | abs) % 3600 // 60) }}{% endif %}
{%- endmacro -%}

{% macro change(at) -%}
{% set moment = [[at.seconds, 0] | max, 86340] | min -%}
M{{ at.month }}.{{ at.week }}.{{ at.weekday }}/{{ moment // 3600 }}{% if moment % 3600 %}:{{ '%02d' | format(moment % 3600 // 60) }}{% endif %}
{%- endmacro -%}

{% macro key(mode, first, kinds, one) -%}
{#- Mode, and from `first` on account, description and value; one is a function key, or the number of a line. -#}
{% if one is mapping -%}
{{ put(mode, kinds[one.type]) -}}
{{ put(first, (one.line or 1) - 1) -}}
{% else -%}
{{ put(mode, kinds.line if one else kinds.none) -}}
{{ put(first, one - 1 if one else 0) -}}
{% endif -%}
{% endmacro -%}

{% macro words(label, value, one) -%}
{{ put(label, (one.label or one.value) if one is mapping else none) -}}
{{ put(value, one.value if one is mapping else none) }}
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<gs_provision version="1">
  <mac>{{ mac }}</mac>
  <config version="1">
{%- block provisioning -%}
{% set folder = (X_grandstream_firmware | default({})).get(device.model) -%}
{{ put(145, 1) -}}
{{ put(212, 1) -}}
{{ put(237, root) -}}
{{ put(194, 3 if phone.family == 'ht' else 1) -}}
{{ put(193, 1440) -}}
{{ put(192, root ~ '/' ~ folder if folder else root) -}}
{{ put(6767, 1) -}}
{{ put(238, 0 if folder else 2) -}}
{% endblock -%}
{% block access -%}
{% if admin_password is not none -%}
{{ put(2, admin_password) -}}
{% endif -%}
{% if user_password is not none -%}
{{ put(196, user_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{% set octets = dns_ip.split('.') if dns_enabled else ['0', '0', '0', '0'] -%}
{% if octets | length == 4 -%}
{% for octet in octets -%}
{{ put(91 + loop.index, octet) -}}
{% endfor -%}
{% endif -%}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ put(51, vlan_id if vlan_enabled else 0) -}}
{{ put(87, (vlan_priority or 0) if vlan_enabled else 0) -}}
{% if phone.family != 'ht' -%}
{{ put(229, (vlan_pc_port_id or 0) if vlan_enabled else 0) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block clock -%}
{% if ntp_enabled is not none -%}
{{ put(30, ntp_ip if ntp_enabled else none) -}}
{{ switch(144, ntp_enabled is false) -}}
{% endif -%}
{% if zone is not none -%}
{{ put(143, 0) -}}
{{ put(64, 'customize') -}}
{{ put(246, 'STD' ~ west(zone.offset) ~ ('DST' ~ west(zone.offset + zone.dst.save) ~ ',' ~ change(zone.dst.start) ~ ',' ~ change(zone.dst.end)
    if zone.dst else '')) -}}
{% endif -%}
{% if locale is not none and phone.family != 'ht' -%}
{{ put(1362, tables.languages.get(locale) or tables.languages.get(locale[:2]) or 'en') -}}
{{ switch(122, locale not in tables.clock.twelve_hours) -}}
{{ put(102, tables.dates.get(locale, tables.dates.other)) -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put(207, syslog_ip if syslog_enabled else none) -}}
{{ put(208, tables.log_levels[syslog_level] if syslog_enabled else 0) -}}
{% endblock -%}
{% block lines -%}
{% set numbers = tables.sockets if phone.family == 'ht' else tables.accounts -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set at = number - 1 -%}
{{ switch(numbers.active[at], line) -}}
{% if line -%}
{% set mode = line.dtmf_mode or sip_dtmf_mode -%}
{{ put(numbers.server[at], place(line.proxy_ip or sip_proxy_ip, line.proxy_port or sip_proxy_port)) -}}
{{ put(numbers.second[at], place(line.backup_proxy_ip or sip_backup_proxy_ip, line.backup_proxy_port or sip_backup_proxy_port)) -}}
{{ put(numbers.outbound[at], place(line.outbound_proxy_ip or sip_outbound_proxy_ip, line.outbound_proxy_port or sip_outbound_proxy_port)) -}}
{{ put(numbers.user[at], line.username) -}}
{{ put(numbers.auth[at], line.auth_username) -}}
{{ put(numbers.password[at], line.password) -}}
{{ put(numbers.display[at], line.display_name) -}}
{{ put(numbers.transport[at], tables.transports[sip_transport]) -}}
{{ put(numbers.srtp[at], tables.srtp[line.srtp_mode or sip_srtp_mode]) -}}
{% if phone.family == 'ht' -%}
{% for value in tables.tones_in_calls.get(mode, tables.tones_in_calls.other) -%}
{{ put(numbers.tones_in_calls[at] + loop.index0, value) -}}
{% endfor -%}
{% if number == 1 -%}
{{ put(31, 1) -}}
{{ switch(99, sip_subscribe_mwi) -}}
{% endif -%}
{% else -%}
{{ put(numbers.name[at], line.number or line.display_name or line.username) -}}
{{ put(numbers.register[at], 1) -}}
{{ put(numbers.voicemail[at], line.voicemail or exten_voicemail) -}}
{{ switch(numbers.mwi[at], sip_subscribe_mwi) -}}
{{ switch(numbers.inband[at], mode == 'RTP-in-band') -}}
{{ switch(numbers.rtp[at], mode is none or mode == 'RTP-out-of-band') -}}
{{ switch(numbers.info[at], mode == 'SIP-INFO') -}}
{{ put(numbers.pickup[at], exten_pickup_call) -}}
{% endif -%}
{% else -%}
{% for name in (tables.idle.sockets if phone.family == 'ht' else tables.idle.names) -%}
{{ put(numbers[name][at], none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block keys -%}
{% set free = range(1, phone.fixed + 1) | map('string') | reject('in', funckeys) | list -%}
{% set lines = range(1, phone.lines + 1) | select('in', sip_lines | map('int') | list) | list -%}
{% for number in range(1, phone.line_keys + 1) -%}
{% set place = number | string -%}
{% set mine = lines[free.index(place)] if place in free and free.index(place) < lines | length else none -%}
{% set one = funckeys.get(place) or mine -%}
{% set kinds = tables.keys_grp if phone.family == 'grp' else tables.keys_gxp if number <= phone.fixed else tables.keys_more -%}
{% if number <= 6 -%}
{{ key(1361 + 2 * number, 1362 + 2 * number, kinds, one) -}}
{{ words(1463 + 2 * number, 1464 + 2 * number, one) -}}
{% else -%}
{% set first = 23800 + 4 * (number - 7) -%}
{{ key(first, first + 1, kinds, one) -}}
{{ words(first + 2, first + 3, one) -}}
{% endif -%}
{% endfor -%}
{% for number in range(1, phone.memory_keys + 1) -%}
{% set one = funckeys.get((phone.line_keys + number) | string) -%}
{% set first = 301 + 3 * (number - 1) if number <= 7 else (353 if number <= 18 else 1440 - 4 * 11) + 4 * (number - 8) + 1 -%}
{{ key(322 + number if number <= 7 else first - 1, first, tables.keys_more, one) -}}
{{ words(first + 1, first + 2, one) -}}
{% endfor -%}
{% for number in range(1, phone.expansion * phone.expansion_keys + 1) -%}
{% set one = funckeys.get((phone.keys + number) | string) -%}
{% set first = 23000 + 5 * (number - 1) -%}
{{ key(first, first + 1, tables.keys_more, one) -}}
{{ words(first + 2, first + 3, one) -}}
{% endfor -%}
{% endblock %}
  </config>
</gs_provision>
