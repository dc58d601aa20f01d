#!version:1.0.0.1
{#  The file of one phone. Three things differ between phones: how much there is of everything (phone), which names the
    firmware knows (era: nothing before 81, "static." since), and how servers are named (before 80, and before 71).
    What is not configured is written as %NULL%, which takes back what an earlier file said. -#}
{% set parts = (device.version or '').split('.') -%}
{% set age = parts[1] | int if parts | length > 1 else phone.generation -%}
{% set era = 'static.' if age >= 81 else '' -%}
{% set language = tables.languages.get(locale) or tables.languages.get((locale or 'en')[:2]) -%}

{% macro put(name, value) -%}
{{ name }} = {{ '%NULL%' if value is none or value == '' else value }}
{% endmacro -%}

{% macro switch(name, on) -%}
{{ name }} = {{ 1 if on else 0 }}
{% endmacro -%}

{% block access -%}
{% for who, name, password in [('user', user_username, user_password), ('admin', admin_username, admin_password)] -%}
{% if name is not none -%}
{{ put(era ~ 'security.user_name.' ~ who, name) -}}
{% endif -%}
{% if password is not none -%}
{{ put(era ~ 'security.user_password', (name or who) ~ ':' ~ password) -}}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% block network -%}
{% if dns_enabled -%}
{{ switch(era ~ 'network.static_dns_enable', true) -}}
{{ put(era ~ 'network.primary_dns', dns_ip) -}}
{% elif dns_enabled is false -%}
{{ switch(era ~ 'network.static_dns_enable', false) -}}
{{ put(era ~ 'network.primary_dns', none) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ switch(era ~ 'network.vlan.internet_port_enable', vlan_enabled) -}}
{{ put(era ~ 'network.vlan.internet_port_vid', vlan_id if vlan_enabled else none) -}}
{{ put(era ~ 'network.vlan.internet_port_priority', vlan_priority if vlan_enabled else none) -}}
{% if phone.pc_port -%}
{% set pc = vlan_pc_port_id if vlan_enabled else none -%}
{{ switch(era ~ 'network.vlan.pc_port_enable', pc is not none) -}}
{{ put(era ~ 'network.vlan.pc_port_vid', pc) -}}
{% endif -%}
{% endif -%}
{% endblock -%}

{% block clock -%}
{{ switch('local_time.manual_time_enable', ntp_enabled is false) -}}
{{ switch('local_time.manual_ntp_srv_prior', ntp_enabled) -}}
{{ put('local_time.ntp_server1', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
local_time.time_zone = {{ '+' if minutes > 0 else '-' if minutes < 0 else '' }}{{ (minutes | abs) // 60 }}
{%- if minutes % 60 %}:{{ '%02d' | format(minutes | abs % 60) }}{% endif %}
{% if zone.dst is none -%}
local_time.summer_time = 0
{% else -%}
local_time.summer_time = 1
local_time.dst_time_type = 1
{% for name, change in [('start', zone.dst.start), ('end', zone.dst.end)] -%}
local_time.{{ name }}_time = {{ change.month }}/{{ change.week }}/{{ change.weekday or 7 }}/{{ [[change.seconds // 3600, 0] | max, 23] | min }}
{% endfor -%}
local_time.offset_time = {{ zone.dst.save // 60 }}
{% endif -%}
{% endif -%}
{% if locale is not none -%}
{{ switch('local_time.time_format', locale not in tables.clock.twelve_hours) -}}
{{ put('local_time.date_format', tables.dates.get(locale, tables.dates.other)) -}}
{% endif -%}
{% endblock -%}

{% block tongue -%}
{% if locale is not none -%}
{{ put('lang.gui', language or 'English') -}}
{{ put('lang.wui', language or 'English') -}}
{{ put('voice.tone.country', tables.tones.get(locale[3:])) -}}
{% endif -%}
{% endblock -%}

{% block log -%}
{{ switch(era ~ 'syslog.mode', syslog_enabled) -}}
{% if era -%}
{{ switch('static.syslog.enable', syslog_enabled) -}}
{% endif -%}
{{ put(era ~ 'syslog.server', syslog_ip if syslog_enabled else none) -}}
{% if era -%}
{{ put('static.syslog.server_port', syslog_port if syslog_enabled else none) -}}
{% endif -%}
{{ put(era ~ ('syslog.level' if era else 'syslog.log_level'), tables.log_levels[syslog_level] if syslog_enabled else none) -}}
{% endblock -%}

{% block codes -%}
{{ put('features.dnd.on_code', exten_dnd) -}}
{{ put('features.dnd.off_code', exten_dnd) -}}
{% for name, code in [('always', exten_fwd_unconditional), ('busy', exten_fwd_busy), ('no_answer', exten_fwd_no_answer)] -%}
{{ put('forward.' ~ name ~ '.on_code', code) -}}
{{ put('forward.' ~ name ~ '.off_code', exten_fwd_disable_all) -}}
{% endfor -%}
{% for name, code in [('direct', exten_pickup_call), ('group', exten_pickup_group)] -%}
{{ switch('features.pickup.' ~ name ~ '_pickup_enable', code) -}}
{{ put('features.pickup.' ~ name ~ '_pickup_code', code) -}}
{% endfor -%}
{% endblock -%}

{% block directory -%}
{% set book = (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default') ~ '/yealink?xivo_user_uuid=' ~ X_xivo_user_uuid -%}
{% set there = X_xivo_phonebook_ip and X_xivo_user_uuid -%}
{{ put('remote_phonebook.data.1.url', book if there else none) -}}
{{ put('remote_phonebook.data.1.name', tables.words.get((locale or 'en')[:2], tables.words.en).directory if there else none) -}}
{% endblock -%}

{% block firmware -%}
{% set file = (X_yealink_firmware | default({})).get(device.model) -%}
{% if file -%}
{{ era }}firmware.url = {{ http }}/{{ file }}
{% endif -%}
{% endblock -%}

{% macro server(account, number, address, port) -%}
{{ put(account ~ '.sip_server.' ~ number ~ '.address', address) -}}
{{ put(account ~ '.sip_server.' ~ number ~ '.port', port or tables.ports[sip_transport] if address else none) -}}
{% if age >= 80 -%}
{{ put(account ~ '.sip_server.' ~ number ~ '.transport_type', tables.transports[sip_transport] if address else none) -}}
{% endif -%}
{% endmacro -%}

{% macro outbound(account, address, port) -%}
{% set name = account ~ ('.outbound_proxy.1.address' if age >= 80 else '.outbound_host') -%}
{% set door = account ~ ('.outbound_proxy.1.port' if age >= 80 else '.outbound_port') -%}
{{ switch(account ~ '.outbound_proxy_enable', address) -}}
{{ put(name, address) -}}
{{ put(door, port or tables.ports[sip_transport] if address else none) -}}
{% endmacro -%}

{% block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set account = 'account.' ~ number -%}
{{ switch(account ~ '.enable', line) -}}
{% if line -%}
{{ put(account ~ '.label', line.number or line.display_name or line.username) -}}
{{ put(account ~ '.display_name', line.display_name) -}}
{{ put(account ~ '.user_name', line.username) -}}
{{ put(account ~ '.auth_name', line.auth_username) -}}
{{ put(account ~ '.password', line.password) -}}
{{ server(account, 1, line.proxy_ip or sip_proxy_ip, line.proxy_port or sip_proxy_port) -}}
{% if age < 71 -%}
{{ put(account ~ '.sip_server_host', line.proxy_ip or sip_proxy_ip) -}}
{{ put(account ~ '.sip_server_port', line.proxy_port or sip_proxy_port or tables.ports[sip_transport]) -}}
{% endif -%}
{{ server(account, 2, line.backup_proxy_ip or sip_backup_proxy_ip, line.backup_proxy_port or sip_backup_proxy_port) -}}
{{ outbound(account, line.outbound_proxy_ip or sip_outbound_proxy_ip, line.outbound_proxy_port or sip_outbound_proxy_port) -}}
{% if age < 80 -%}
{{ put(account ~ '.transport', tables.transports[sip_transport]) -}}
{% endif -%}
{{ put(account ~ '.dtmf.type', tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 1)) -}}
{{ put(account ~ '.srtp_encryption', tables.srtp[line.srtp_mode or sip_srtp_mode]) -}}
{{ switch(account ~ '.subscribe_mwi', sip_subscribe_mwi) -}}
{{ put('voice_mail.number.' ~ number, line.voicemail or exten_voicemail) -}}
{% else -%}
{% for field in tables.idle.line + (tables.idle.line_70 if age < 71 else []) -%}
{{ account }}.{{ field }} = %NULL%
{% endfor -%}
{{ put('voice_mail.number.' ~ number, none) -}}
{% endif -%}
{% if phone.type == 'dect' -%}
{{ put('handset.' ~ number ~ '.name', line.display_name if line else none) -}}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% macro a_key(name, type, line, value, label, pickup) -%}
{{ name }}.type = {{ type }}
{% if type -%}
{{ put(name ~ '.line', line) -}}
{% endif -%}
{{ put(name ~ '.value', value) -}}
{{ put(name ~ '.label', label) -}}
{% if type -%}
{{ put(name ~ ('.extension' if age >= 80 else '.pickup_value'), pickup) -}}
{% endif -%}
{% endmacro -%}

{% macro set_key(name, place, line_key) -%}
{% set key = funckeys.get(place | string) -%}
{% if key -%}
{{ a_key(name, tables.keys[key.type], key.line or 1, key.value, key.label or key.value, exten_pickup_call if key.type == 'blf' else none) -}}
{% elif line_key and place <= phone.lines and place | string in sip_lines -%}
{{ a_key(name, tables.keys.line, place, none, none, none) -}}
{% else -%}
{{ a_key(name, 0, none, none, none, none) -}}
{% endif -%}
{% endmacro -%}

{% block keys -%}
{# Function keys fill the line keys, then the memory keys, then the modules. -#}
{% set line_keys = phone.keys - phone.memory_keys -%}
{% for number in range(1, line_keys + 1) -%}
{{ set_key('linekey.' ~ number, number, true) -}}
{% endfor -%}
{% for number in range(1, phone.memory_keys + 1) -%}
{{ set_key('memorykey.' ~ number, line_keys + number, false) -}}
{% endfor -%}
{# Most of these many do nothing, and a macro for each takes its time. -#}
{% set gap = phone.expansion_gap or phone.expansion_keys + 1 -%}
{% for module in range(1, phone.expansion + 1) -%}
{% set before = phone.keys + (module - 1) * phone.expansion_keys -%}
{% for place in range(before + 1, before + phone.expansion_keys + 1) -%}
{% set number = place - before -%}
{% set key = number if number < gap else number + 1 -%}
{% if place | string in funckeys -%}
{{ set_key('expansion_module.' ~ module ~ '.key.' ~ key, place, false) -}}
{% else -%}
expansion_module.{{ module }}.key.{{ key }}.type = 0
expansion_module.{{ module }}.key.{{ key }}.value = %NULL%
expansion_module.{{ module }}.key.{{ key }}.label = %NULL%
{% endif -%}
{% endfor -%}
{% endfor -%}
{% endblock -%}
