{#- The file of one phone: modules of "name :value" lines between a heading and an end. The version in the heading is no
    version of anything: a phone that has read this one passes the file over, so it is made from what follows. Lines and
    keys that are not configured are emptied, because a phone keeps what a file leaves out. -#}
{% macro put(name, value) -%}
{{ '%-19s' | format(name) }}:{{ value }}
{% endmacro -%}

{% macro switch(name, on) -%}
{{ put(name, 1 if on else 0) -}}
{% endmacro -%}

{% macro a_key(name, type, value, label) -%}
{{ put(name ~ ' Type', type) -}}
{{ put(name ~ ' Value', value) -}}
{{ put(name ~ ' Title', label) -}}
{% endmacro -%}

{% macro set_key(name, place, line_key) -%}
{% set key = funckeys.get(place | string) -%}
{% if key -%}
{% set what = 'ba' ~ (exten_pickup_call ~ key.value if exten_pickup_call else '') if key.type == 'blf' else tables.keys[key.type] -%}
{{ a_key(name, 1, key.value ~ '@' ~ (key.line or 1) ~ '/' ~ what if key.value else none, key.label or key.value) -}}
{% elif line_key and place | string in sip_lines -%}
{{ a_key(name, 2, 'SIP' ~ place, none) -}}
{% else -%}
{{ a_key(name, 0, none, none) -}}
{% endif -%}
{% endmacro -%}

{% set body -%}
{% block network -%}
{% if dns_enabled is not none -%}
<NET CONFIG MODULE>
{{ switch('DHCP Auto DNS', not dns_enabled) -}}
{% if dns_enabled -%}
{{ put('Primary DNS', dns_ip) -}}
{% endif -%}
{% endif -%}
{% endblock -%}

{% block tones -%}
{% set number = tables.tones.get(locale[3:]) if locale else none -%}
{% if number is not none -%}
<MM CONFIG MODULE>
{{ put('Select Your Tone', number) -}}
{% endif -%}
{% endblock -%}

{% block lines -%}
<SIP CONFIG MODULE>
{{ put('--SIP Line List--', none) -}}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set sip = 'SIP' ~ number ~ ' ' -%}
{{ switch(sip ~ 'Enable Reg', line) -}}
{% if line -%}
{% set proxy, proxy_port = line.proxy_ip or sip_proxy_ip, line.proxy_port or sip_proxy_port -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy -%}
{% set registrar_port = line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else none) -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip or (proxy if proxy != registrar else none) -%}
{% set outbound_port = line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port if sip_outbound_proxy_ip else proxy_port -%}
{% set spare = line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or sip_backup_proxy_ip -%}
{% set spare_port = line.backup_registrar_port or line.backup_proxy_port or sip_backup_registrar_port or sip_backup_proxy_port -%}
{{ put(sip ~ 'Phone Number', line.username) -}}
{{ put(sip ~ 'Display Name', line.display_name) -}}
{{ put(sip ~ 'Sip Name', none) -}}
{{ put(sip ~ 'Register Addr', registrar) -}}
{{ put(sip ~ 'Register Port', registrar_port or tables.ports[sip_transport]) -}}
{{ put(sip ~ 'Register User', line.auth_username) -}}
{{ put(sip ~ 'Register Pswd', line.password) -}}
{{ put(sip ~ 'Backup Addr', spare) -}}
{{ put(sip ~ 'Backup Port', spare_port or tables.ports[sip_transport]) -}}
{{ put(sip ~ 'Backup Transport', phone.tls if sip_transport == 'tls' else tables.transports[sip_transport]) -}}
{{ put(sip ~ 'Proxy Addr', outbound) -}}
{{ put(sip ~ 'Proxy Port', outbound_port or tables.ports[sip_transport]) -}}
{{ put(sip ~ 'Proxy User', line.auth_username if outbound else none) -}}
{{ put(sip ~ 'Proxy Pswd', line.password if outbound else none) -}}
{{ put(sip ~ 'Transport', phone.tls if sip_transport == 'tls' else tables.transports[sip_transport]) -}}
{{ put(sip ~ 'Media Crypto', tables.srtp[line.srtp_mode or sip_srtp_mode]) -}}
{{ put(sip ~ 'DTMF Mode', tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 3)) -}}
{{ put(sip ~ 'VoiceCodecMap', tables.codecs.voice) -}}
{{ switch(sip ~ 'Subscribe', sip_subscribe_mwi) -}}
{{ put(sip ~ 'MWI Num', line.voicemail or exten_voicemail) -}}
{{ put(sip ~ 'Pickup Num', exten_pickup_call) -}}
{{ switch(sip ~ 'SvcCode Mode', exten_dnd or exten_fwd_unconditional or exten_fwd_busy or exten_fwd_no_answer) -}}
{{ put(sip ~ 'DNDOn SvcCode', exten_dnd) -}}
{{ put(sip ~ 'DNDOff SvcCode', exten_dnd) -}}
{% for name, code in [('CFU', exten_fwd_unconditional), ('CFB', exten_fwd_busy), ('CFN', exten_fwd_no_answer)] -%}
{{ put(sip ~ name ~ 'On SvcCode', code) -}}
{{ put(sip ~ name ~ 'Off SvcCode', exten_fwd_disable_all if code else none) -}}
{% endfor -%}
{% else -%}
{% for field in tables.idle.line -%}
{{ put(sip ~ field, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% block phone_features -%}
<PHONE FEATURE MODULE>
{% if locale is not none -%}
{{ put('Default Language', tables.languages.get(locale) or tables.languages.get(locale[:2], 'en')) -}}
{% endif -%}
{{ put('--DateTime Config--', none) -}}
{{ switch('Enable SNTP', ntp_enabled is not false) -}}
{% if ntp_enabled -%}
{{ put('SNTP Server', ntp_ip) -}}
{% endif -%}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
{{ put('Time Zone', minutes // 15) -}}
{% set hours = (minutes | abs) // 60 -%}
{% set rest = (minutes | abs) % 60 -%}
{{ put('Time Zone Name', 'UTC' ~ ('' if not minutes else ('+' if minutes > 0 else '-') ~ hours ~ (':' ~ '%02d' | format(rest) if rest else ''))) -}}
{{ put('DST Type', 2 if zone.dst else 0) -}}
{% if zone.dst -%}
{{ put('DST Rule Mode', 0) -}}
{{ put('DST Min Offset', zone.dst.save // 60) -}}
{% for name, change in [('Start', zone.dst.start), ('End', zone.dst.end)] -%}
{{ put('DST ' ~ name ~ ' Mon', change.month) -}}
{{ put('DST ' ~ name ~ ' Week', change.week) -}}
{{ put('DST ' ~ name ~ ' Wday', change.weekday) -}}
{{ put('DST ' ~ name ~ ' Hour', [[change.seconds // 3600, 0] | max, 23] | min) -}}
{% endfor -%}
{% endif -%}
{% endif -%}
{% if locale is not none -%}
{{ put('--DateTime Display--', none) -}}
{{ switch('Time Display Style', locale in tables.clock.twelve_hours) -}}
{% endif -%}
{% set there = X_xivo_phonebook_ip and X_xivo_user_uuid -%}
{{ put('--Xml PhoneBook--', none) -}}
{{ put('XML-PBook1 Name', tables.words.get((locale or 'en')[:2], tables.words.en).directory if there else none) -}}
{{ put('XML-PBook1 Addr', (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default') ~ '/fanvil?xivo_user_uuid=' ~ X_xivo_user_uuid if there else none) -}}
{% endblock -%}

{% block keys -%}
{# Function keys fill the pages of line keys, then those of memory keys, then the modules. -#}
{% if phone.keys -%}
<DSSKEY CONFIG MODULE>
{% for page in range(phone.side_pages if phone.side_keys else 0) -%}
--Sidekey Config{{ page + 1 }}--:
{% for number in range(1, phone.side_keys + 1) -%}
{{ set_key('Fkey' ~ number, page * phone.side_keys + number, true) -}}
{% endfor -%}
{% endfor -%}
{% set ahead = phone.side_keys * phone.side_pages -%}
{% for page in range(phone.dss_pages if phone.dss_keys else 0) -%}
--Dsskey Config{{ page + 1 }}--:
{% for number in range(1, phone.dss_keys + 1) -%}
{{ set_key('Fkey' ~ number, ahead + page * phone.dss_keys + number, false) -}}
{% endfor -%}
{% endfor -%}
{% for module in range(phone.expansion) -%}
--Extern Console{{ module + 1 }}--:
{% for number in range(1, phone.expansion_keys + 1) -%}
{{ set_key('exKey' ~ number, phone.keys + module * phone.expansion_keys + number, false) -}}
{% endfor -%}
{% endfor -%}
{% endif -%}
{% endblock -%}

{% block access -%}
{% if admin_password is not none or user_password is not none -%}
<MMI CONFIG MODULE>
{{ put('--MMI Account--', none) -}}
{% for number, name, password, level in [(1, admin_username or 'admin', admin_password, 10), (2, user_username or 'guest', user_password, 5)] -%}
{% if password is not none -%}
{{ put('Account' ~ number ~ ' Name', name) -}}
{{ put('Account' ~ number ~ ' Password', password) -}}
{{ put('Account' ~ number ~ ' Level', level) -}}
{% endif -%}
{% endfor -%}
{% endif -%}
{% endblock -%}

{% block log -%}
<LOG CONFIG MODULE>
{{ put('Level', tables.log_levels[syslog_level] if syslog_enabled else tables.log_levels.off) -}}
{{ put('Output Device', 'syslog' if syslog_enabled else 'stdout') -}}
{{ put('Syslog Server', syslog_ip if syslog_enabled else '0.0.0.0') -}}
{{ put('Syslog Server Port', syslog_port if syslog_enabled else 514) -}}
{% endblock -%}

{% block vlan -%}
{% if vlan_enabled is not none -%}
<QOS CONFIG MODULE>
{{ switch('Enable VLAN', vlan_enabled) -}}
{% if vlan_enabled -%}
{{ put('VLAN ID', vlan_id) -}}
{{ put('Signalling Priority', vlan_priority or 0) -}}
{{ put('Voice Priority', vlan_priority or 0) -}}
{% endif -%}
{% if phone.pc_port -%}
{% set pc = vlan_pc_port_id if vlan_enabled else none -%}
{{ put('Enable PVID', 2 if pc is not none else 1) -}}
{% if pc is not none -%}
{{ put('PVID Value', pc) -}}
{% endif -%}
{% endif -%}
{% endif -%}
{% endblock -%}
{% endset -%}

{{ '%-62s' | format('<<VOIP CONFIG FILE>>Version:2.' ~ '%010d' | format(body | checksum)) }}
{{ body -}}
<<END OF FILE>>
