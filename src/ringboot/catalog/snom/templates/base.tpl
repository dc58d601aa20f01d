{#- The settings of one phone. perm="RW": the user may change them on the phone, until it reads them again. Lines and keys
    that are not configured are emptied, so that nothing stays behind. -#}
{% set tongue = tables.languages.get(locale) or tables.languages.get((locale or 'en')[:2]) or tables.languages.en -%}

{% macro put(name, value) -%}
{#- An empty value takes back what was set before. #}
    <{{ name }} perm="RW">{{ value }}</{{ name }}>
{%- endmacro -%}

{% macro idx(name, number, value) %}
    <{{ name }} idx="{{ number }}" perm="RW">{{ value }}</{{ name }}>
{%- endmacro -%}

{% macro place(address, port) -%}
{{ address }}{% if address and port %}:{{ port }}{% endif %}{% if address %};transport={{ sip_transport }}{% endif %}
{%- endmacro -%}

{% macro change(at) -%}
{% set moment = [[at.seconds, 0] | max, 86340] | min -%}
{{ '%02d.%02d.%02d %02d:%02d:00' | format(at.month, at.week, at.weekday or 7, moment // 3600, moment % 3600 // 60) }}
{%- endmacro -%}

{% macro identity(number, line, host, proxy) -%}
{{ idx('user_active', number, 'on') -}}
{{ idx('user_realname', number, line.display_name) -}}
{{ idx('user_idle_text', number, line.number or line.display_name) -}}
{{ idx('user_name', number, line.username) -}}
{{ idx('user_pname', number, line.auth_username) -}}
{{ idx('user_pass', number, line.password) -}}
{{ idx('user_host', number, host) -}}
{{ idx('user_outbound', number, proxy) -}}
{{ idx('user_mailbox', number, line.voicemail or exten_voicemail) -}}
{{ idx('user_dtmf_info', number, tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 'off')) -}}
{% set srtp = line.srtp_mode or sip_srtp_mode -%}
{{ idx('user_srtp', number, 'off' if srtp == 'disabled' else 'on') -}}
{{ idx('user_savp', number, tables.savp[srtp]) -}}
{%- endmacro -%}

<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings>
{%- block access -%}
{% if admin_password is not none -%}
{{ put('admin_mode', 'off') -}}
{{ put('admin_mode_password', admin_password) -}}
{{ put('admin_mode_password_confirm', admin_password) -}}
{% endif -%}
{% if user_password is not none -%}
{{ put('http_user', user_username or 'user') -}}
{{ put('http_pass', user_password) -}}
{% endif -%}
{% endblock -%}
{% block provisioning -%}
{{ put('settings_refresh_timer', 86400) -}}
{{ put('update_policy', 'auto_update' if (X_snom_firmware | default({})).get(device.model) else 'settings_only') -}}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{{ put('dns_server1', dns_ip if dns_enabled else none) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ put('vlan_id', vlan_id if vlan_enabled else none) -}}
{{ put('vlan_qos', (vlan_priority or 0) if vlan_enabled else none) -}}
{{ put('vlan_pc_id', vlan_pc_port_id if vlan_enabled else none) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ put('ntp_server', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{{ put('timezone', none) -}}
{{ put('utc_offset', '%+d' | format(zone.offset)) -}}
{{ put('dst', zone.dst.save ~ ' ' ~ change(zone.dst.start) ~ ' ' ~ change(zone.dst.end) if zone.dst else none) -}}
{% endif -%}
{% if locale is not none -%}
{{ put('language', tongue) -}}
{{ put('web_language', tongue) -}}
{{ put('tone_scheme', tables.tones.get(locale[3:], tables.tones.other)) -}}
{{ put('date_us_format', 'on' if locale == 'en_US' else 'off') -}}
{{ put('time_24_format', 'off' if locale in tables.clock.twelve_hours else 'on') -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('syslog_server', syslog_ip ~ ':' ~ syslog_port if syslog_enabled else none) -}}
{{ put('log_level', tables.log_levels[syslog_level] if syslog_enabled else tables.log_levels.off) -}}
{% endblock -%}
{% block codes -%}
{{ put('dnd_on_code', exten_dnd) -}}
{{ put('dnd_off_code', exten_dnd) -}}
{% for name, code in [('always', exten_fwd_unconditional), ('busy', exten_fwd_busy), ('time', exten_fwd_no_answer)] -%}
{{ put('redirect_' ~ name ~ '_on_code', code) -}}
{{ put('redirect_' ~ name ~ '_off_code', exten_fwd_disable_all) -}}
{% endfor -%}
{% endblock -%}
{% block directory -%}
{% set book = (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default') ~ '/snom?xivo_user_uuid=' ~ X_xivo_user_uuid -%}
{{ put('dkey_directory', 'url ' ~ book if X_xivo_phonebook_ip and X_xivo_user_uuid else 'keyevent F_ADR_BOOK') -}}
{% endblock -%}
{% block lines -%}
{# A line's backup is an identity of its own in the upper half, to which the phone goes when the line cannot register. -#}
{% set half = phone.lines // 2 -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set backed = sip_lines.get((number - half) | string) if half and number > half else none -%}
{% set refuge = (backed.backup_registrar_ip or backed.backup_proxy_ip or sip_backup_registrar_ip or sip_backup_proxy_ip) if backed else none -%}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set spare = line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or sip_backup_proxy_ip -%}
{{ identity(number, line, line.registrar_ip or sip_registrar_ip or proxy,
    place(line.outbound_proxy_ip, line.outbound_proxy_port) if line.outbound_proxy_ip
    else place(sip_outbound_proxy_ip, sip_outbound_proxy_port) if sip_outbound_proxy_ip
    else place(proxy, line.proxy_port or sip_proxy_port)) -}}
{{ idx('user_failover_identity', number, number + half if spare and number <= half and (number + half) | string not in sip_lines else 'none') -}}
{% elif refuge -%}
{{ identity(number, backed, refuge,
    place(backed.backup_proxy_ip or sip_backup_proxy_ip or refuge, backed.backup_proxy_port or sip_backup_proxy_port)) -}}
{{ idx('user_failover_identity', number, 'none') -}}
{% else -%}
{{ idx('user_active', number, 'off') -}}
{% for field in tables.idle.line -%}
{{ idx(field, number, none) -}}
{% endfor -%}
{{ idx('user_failover_identity', number, 'none') -}}
{% endif -%}
{% endfor -%}
{% endblock %}
  </phone-settings>
  <functionKeys>
{%- block keys -%}
{# Keys are numbered from 0, through the phone and then through its modules. -#}
{% for number in range(1, phone.keys + phone.expansion * phone.expansion_keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% if key -%}
{% set context = key.line or 1 -%}
{% set line = sip_lines.get(context | string) -%}
{% set own = (line.registrar_ip, line.proxy_ip) if line else (none, none) -%}
{% set host = own[0] or sip_registrar_ip or own[1] or sip_proxy_ip -%}
{% set where = 'sip:' ~ key.value ~ '@' ~ host ~ ';user=phone' %}
    <fkey idx="{{ number - 1 }}" context="{{ context }}" label="{{ key.label or key.value }}" perm="RW">
{%- if key.type == 'speeddial' %}speed {{ key.value }}
{%- elif key.type == 'park' %}orbit {{ where }}
{%- else %}blf {{ where }}{% if exten_pickup_call %}|{{ exten_pickup_call }}{% endif %}
{%- endif %}</fkey>
{%- else %}
    <fkey idx="{{ number - 1 }}" context="{{ number if number | string in sip_lines else 'active' }}" label="" perm="RW">line</fkey>
{%- endif -%}
{% endfor -%}
{% endblock %}
  </functionKeys>
</settings>
