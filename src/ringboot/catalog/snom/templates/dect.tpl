{#- The settings of one DECT base. Servers are listed once and lines name theirs by number; line n is handset n. -#}
{% set tongue = tables.languages.get(locale) or tables.languages.get((locale or 'en')[:2]) or tables.languages.en -%}

{% macro put(name, value) %}
    <{{ name }}>{{ value }}</{{ name }}>
{%- endmacro -%}

{% macro idx(name, number, value) %}
    <{{ name }} idx="{{ number }}">{{ value }}</{{ name }}>
{%- endmacro -%}

{% macro change(name, at) -%}
{# Full hours of the day of the rule; the fourth week of a month cannot be said: the last but one is. -#}
{{ put(name ~ '_month', at.month) -}}
{{ put(name ~ '_day_of_week', at.weekday + 1) -}}
{{ put(name ~ '_wday_last_in_month', at.week) -}}
{{ put(name ~ '_time', [[(at.seconds + 1800) // 3600, 0] | max, 23] | min) }}
{%- endmacro -%}

{% set ns = namespace(lines={}, servers=[]) -%}
{% for number in range(1, phone.lines + 1) if number | string in sip_lines -%}
{% set line = sip_lines[number | string] -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set server = (
    line.registrar_ip or sip_registrar_ip or proxy,
    line.outbound_proxy_ip or sip_outbound_proxy_ip or proxy,
    (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port if sip_outbound_proxy_ip
        else line.proxy_port or sip_proxy_port),
    tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 'off'),
    tables.savp[line.srtp_mode or sip_srtp_mode],
) -%}
{% set ns.servers = ns.servers if server in ns.servers else ns.servers + [server] -%}
{% set ns.lines = dict(ns.lines, **{number | string: ns.servers.index(server) + 1}) -%}
{% endfor -%}

<?xml version="1.0" encoding="utf-8"?>
<settings>
  <global>
{%- block access -%}
{% if admin_password is not none -%}
{{ put('http_user', admin_username or 'admin') -}}
{{ put('http_pass', admin_password) -}}
{% endif -%}
{% if user_password is not none -%}
{{ put('http_basic_user', user_username or 'user') -}}
{{ put('http_basic_pass', user_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{{ put('dns_server1', dns_ip if dns_enabled else none) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ put('vlan_id', vlan_id if vlan_enabled else 0) -}}
{{ put('vlan_qos', (vlan_priority or 0) if vlan_enabled else 0) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ put('ntp_server', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{{ put('timezone_by_country_region', 'off') -}}
{% set name = tables.dect_zones.get((zone.offset // 60) | string) -%}
{% if name -%}
{{ put('timezone', name) -}}
{% endif -%}
{{ put('dst_by_country_region', 'off') -}}
{{ put('dst_enable', 'auto' if zone.dst else 'off') -}}
{% if zone.dst -%}
{{ put('dst_fixed_day_enable', 'off') -}}
{{ change('dst_start', zone.dst.start) -}}
{{ change('dst_stop', zone.dst.end) -}}
{% endif -%}
{% endif -%}
{% if locale is not none -%}
{{ put('language', tongue) -}}
{{ put('web_language', tongue) -}}
{{ put('tone_scheme', tables.tones.get(locale[3:], tables.tones.other)) -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('syslog_server', syslog_ip if syslog_enabled else none) -}}
{% if syslog_enabled -%}
{{ put('log_level', tables.log_levels[syslog_level]) -}}
{% endif -%}
{% endblock -%}
{% block directory -%}
{% if X_xivo_phonebook_ip and X_xivo_user_uuid -%}
{{ put('phonebook_server_location', 3) -}}
{{ put('phonebook_location', (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default') ~ '/snom?xivo_user_uuid=' ~ X_xivo_user_uuid) -}}
{% endif -%}
{% endblock %}
  </global>
  <server>
{%- block servers -%}
{% for host, outbound, port, tones, srtp in ns.servers -%}
{{ idx('srv_sip_server_alias', loop.index, host) -}}
{{ idx('user_host', loop.index, host) -}}
{{ idx('user_outbound', loop.index, outbound ~ (':' ~ port if port else '')) -}}
{{ idx('srv_sip_transport', loop.index, sip_transport) -}}
{{ idx('user_dtmf_info', loop.index, tones) -}}
{{ idx('user_srtp', loop.index, srtp) -}}
{% endfor -%}
{% endblock %}
  </server>
  <extension>
{%- block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{{ idx('user_active', number, 'on' if line else 'off') -}}
{% if line -%}
{{ idx('user_realname', number, line.display_name) -}}
{{ idx('user_name', number, line.username) -}}
{{ idx('user_pname', number, line.auth_username) -}}
{{ idx('user_pass', number, line.password) -}}
{{ idx('user_mailnumber', number, line.voicemail or exten_voicemail) -}}
{{ idx('subscr_sip_line_name', number, line.number or line.display_name or line.username) -}}
{{ idx('subscr_sip_hs_idx', number, number) -}}
{{ idx('subscr_sip_ua_data_server_id', number, ns.lines[number | string]) -}}
{% else -%}
{% for field in tables.idle.dect -%}
{{ idx(field, number, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock %}
  </extension>
</settings>
