{#- The settings of one phone, as attributes; the names of the elements around them do not matter. A phone reads all of it
    at every start, and what is not there has its default: only [device] lives in the phone, and is written in any case. -#}
{% set age = (device.version or '').split('.')[0] | int(phone.generation) -%}

{% macro put(name, value) %}
    {{ name }}="{{ value }}"
{%- endmacro -%}

{% macro switch(name, on) -%}
{{ put(name, 1 if on else 0) }}
{%- endmacro -%}

{% macro keep(name, value) -%}
{{ put(name ~ '.set', 1) -}}
{{ put(name, value) }}
{%- endmacro -%}

{% macro server(name, address, port) -%}
{{ put(name ~ '.address', address) -}}
{{ put(name ~ '.port', port or tables.ports[sip_transport]) -}}
{{ put(name ~ '.transport', tables.transports[sip_transport]) }}
{%- endmacro -%}

{% macro line_key(place, kind, index) -%}
{{ put('lineKey.' ~ place ~ '.category', kind) -}}
{{ put('lineKey.' ~ place ~ '.index', index) }}
{%- endmacro -%}

{% macro srtp(name, mode) -%}
{{ switch(name ~ '.srtp.enable', mode != 'disabled') -}}
{{ switch(name ~ '.srtp.offer', mode != 'disabled') -}}
{{ switch(name ~ '.srtp.require', mode == 'required') }}
{%- endmacro -%}

{% macro change(name, at) -%}
{# Full hours of the day of the rule, or of a day before or after it where the rule does not leave its month by that. -#}
{% set day = at.seconds // 86400 -%}
{% set first = tables.months.days[at.month - 1] - 6 if at.week == 5 else at.week * 7 - 6 -%}
{% set moved = day and first + day >= 1 and first + day + 6 <= tables.months.days[at.month - 1] -%}
{% set seconds = at.seconds - day * 86400 if moved or not day else 0 if day < 0 else 86399 -%}
{{ put(name ~ '.month', at.month) -}}
{{ put(name ~ '.date', first + day if moved else first) -}}
{{ put(name ~ '.dayOfWeek', (at.weekday + (day if moved else 0)) % 7 + 1) -}}
{{ switch(name ~ '.dayOfWeek.lastInMonth', at.week == 5 and not moved) -}}
{{ put(name ~ '.time', [(seconds + 1800) // 3600, 23] | min) }}
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<polycomConfig>
  <device
    device.set="1"
{%- block access -%}
{% if admin_password is not none -%}
{{ keep('device.auth.localAdminPassword', admin_password) -}}
{% endif -%}
{% if user_password is not none -%}
{{ keep('device.auth.localUserPassword', user_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{{ keep('device.dns.serverAddress', dns_ip if dns_enabled else none) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ keep('device.net.vlanId', vlan_id if vlan_enabled else none) -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ keep('device.syslog.serverName', syslog_ip if syslog_enabled else none) -}}
{{ keep('device.syslog.transport', 'UDP' if syslog_enabled else 'None') -}}
{% if syslog_enabled -%}
{{ keep('device.syslog.renderLevel', tables.log_levels[syslog_level]) -}}
{{ keep('device.syslog.prependMac', 1) -}}
{% endif -%}
{% endblock %}/>
{%- block priority -%}
{% if vlan_enabled and vlan_priority is not none %}
  <qos
{%- for what in ('rtp', 'callControl', 'other') -%}
{{ put('qos.ethernet.' ~ what ~ '.user_priority', vlan_priority) -}}
{% endfor %}/>
{%- endif -%}
{% endblock -%}
{% block clock %}
  <tcpIpApp
{%- if ntp_enabled -%}
{{ put('tcpIpApp.sntp.address', ntp_ip) -}}
{{ switch('tcpIpApp.sntp.address.overrideDHCP', true) -}}
{% elif ntp_enabled is false -%}
{{ put('tcpIpApp.sntp.address', none) -}}
{{ switch('tcpIpApp.sntp.address.overrideDHCP', true) -}}
{% endif -%}
{% if zone is not none -%}
{{ put('tcpIpApp.sntp.gmtOffset', zone.offset) -}}
{{ switch('tcpIpApp.sntp.gmtOffset.overrideDHCP', true) -}}
{{ switch('tcpIpApp.sntp.daylightSavings.enable', zone.dst) -}}
{% if zone.dst -%}
{{ switch('tcpIpApp.sntp.daylightSavings.fixedDayEnable', false) -}}
{{ change('tcpIpApp.sntp.daylightSavings.start', zone.dst.start) -}}
{{ change('tcpIpApp.sntp.daylightSavings.stop', zone.dst.end) -}}
{% endif -%}
{% endif %}/>
{%- endblock -%}
{% block tongue -%}
{% if locale is not none %}
  <lcl
{{- put('lcl.ml.lang', tables.languages.get(locale) or tables.languages.get(locale[:2])) -}}
{{ switch('lcl.datetime.time.24HourClock', locale not in tables.clock.twelve_hours) -}}
{{ put('lcl.datetime.date.format', 'D,Md' if locale in tables.clock.month_first else 'D,dM') }}/>
{%- endif -%}
{% endblock -%}
{% block speech %}
  <sec
{{- srtp('sec', sip_srtp_mode) }}/>
{%- if sip_dtmf_mode is not none %}
  <tone
{{- switch('tone.dtmf.viaRtp', sip_dtmf_mode != 'SIP-INFO') -}}
{{ switch('tone.dtmf.rfc2833Control', sip_dtmf_mode == 'RTP-out-of-band') -}}
{{ switch('voIpProt.SIP.dtmfViaSignaling.rfc2976', sip_dtmf_mode == 'SIP-INFO') }}/>
{%- endif -%}
{% endblock -%}
{% block codes -%}
{% if exten_pickup_call is not none %}
  <call
{{- put('call.directedCallPickupMethod', 'legacy') -}}
{{ put('call.directedCallPickupString', exten_pickup_call) }}/>
{%- endif -%}
{% endblock -%}
{% block directory -%}
{% if X_xivo_phonebook_ip and X_xivo_user_uuid %}
  <mb
{{- put('mb.main.home', (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default') ~ '/polycom?xivo_user_uuid=' ~ X_xivo_user_uuid) }}/>
{%- endif -%}
{% endblock -%}
{% block lines -%}
{% for number in range(1, phone.lines + 1) if number | string in sip_lines -%}
{% set line = sip_lines[number | string] -%}
{% set reg = 'reg.' ~ number -%}
{% set backup = line.backup_proxy_ip or sip_backup_proxy_ip -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip %}
  <reg
{{- put(reg ~ '.displayName', line.display_name) -}}
{{ put(reg ~ '.address', line.username) -}}
{{ put(reg ~ '.label', line.number or line.display_name or line.username) -}}
{{ put(reg ~ '.type', 'private') -}}
{{ put(reg ~ '.auth.userId', line.auth_username) -}}
{{ put(reg ~ '.auth.password', line.password) -}}
{{ server(reg ~ '.server.1', line.proxy_ip or sip_proxy_ip, line.proxy_port or sip_proxy_port) -}}
{% if backup -%}
{{ server(reg ~ '.server.2', backup, line.backup_proxy_port or sip_backup_proxy_port) -}}
{% endif -%}
{% if outbound -%}
{{ server(reg ~ '.outboundProxy', outbound, line.outbound_proxy_port or sip_outbound_proxy_port) -}}
{% endif -%}
{% if age >= 4 -%}
{{ srtp(reg, line.srtp_mode or sip_srtp_mode) -}}
{% endif %}/>
  <msg
{%- if sip_subscribe_mwi -%}
{{ put('msg.mwi.' ~ number ~ '.subscribe', line.username) -}}
{% endif -%}
{% set voicemail = line.voicemail or exten_voicemail -%}
{{ put('msg.mwi.' ~ number ~ '.callBackMode', 'contact' if voicemail else 'disabled') -}}
{% if voicemail -%}
{{ put('msg.mwi.' ~ number ~ '.callBack', voicemail) -}}
{% endif %}/>
{%- endfor -%}
{% endblock -%}
{% block keys -%}
{# Busy lamp fields are watched in the order of their keys, and fill in this order the keys of their kind. -#}
{% set last = phone.keys + phone.expansion * phone.expansion_keys -%}
{% for place, key in funckeys.items() if key.type == 'blf' and place | int <= last %}
{%- if loop.first %}
  <attendant
{%- endif -%}
{% set resource = 'attendant.resourceList.' ~ loop.index -%}
{{ put(resource ~ '.address', key.value) -}}
{{ put(resource ~ '.label', key.label or key.value) -}}
{{ put(resource ~ '.type', 'normal') -}}
{% if loop.last %}/>{% endif -%}
{% endfor -%}
{% if age >= 4 and phone.keys %}
  <lineKey
{{- switch('lineKey.reassignment.enabled', true) -}}
{% set free = range(1, [last, phone.lines + funckeys | length] | min + 1) | map('string') | reject('in', funckeys) | list -%}
{% for line in range(1, phone.lines + 1) | map('string') | select('in', sip_lines) -%}
{% if loop.index <= free | length -%}
{{ line_key(free[loop.index0], 'Line', line) -}}
{% endif -%}
{% endfor -%}
{% for place, key in funckeys.items() if key.value and place | int <= last -%}
{{ line_key(place, 'BLF' if key.type == 'blf' else 'SpeedDial', 0 if key.type == 'blf' else place) -}}
{% endfor %}/>
{%- endif -%}
{% endblock %}
</polycomConfig>
