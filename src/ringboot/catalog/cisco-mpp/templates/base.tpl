{#- The settings of one phone or adapter. A device keeps what no file mentions: lines and keys that are not configured are
    emptied. Line n is extension n, on adapters the n-th socket. -#}
{% set ata = phone.type == 'ata' -%}
{% set tongue = (locale or 'en')[:2] -%}

{% macro put(name, value) %}
    <{{ name }}>{{ value }}</{{ name }}>
{%- endmacro -%}

{% macro switch(name, on) -%}
{{ put(name, 'Yes' if on else 'No') }}
{%- endmacro -%}

{% macro of(name, number, value) -%}
{{ put(name ~ '_' ~ number ~ '_', value) }}
{%- endmacro -%}

{% macro place(address, port) -%}
{{ address }}{% if address %}:{{ port or tables.ports[sip_transport] }}{% endif %}
{%- endmacro -%}

{% macro change(at) -%}
{# The weekday on or after a day, -1 for the last one; a day before or after it where that does not leave the month. -#}
{% set day = at.seconds // 86400 -%}
{% set first = tables.months.days[at.month - 1] - 6 if at.week == 5 else at.week * 7 - 6 -%}
{% set moved = day and first + day >= 1 and first + day + 6 <= tables.months.days[at.month - 1] -%}
{% set seconds = at.seconds - day * 86400 if moved or not day else 0 if day < 0 else 86340 -%}
{{ at.month }}/{{ first + day if moved else -1 if at.week == 5 else first }}/{{ (at.weekday + (day if moved else 0)) % 7 or 7 }}
{{- '/%d:%d:%d' | format(seconds // 3600, seconds % 3600 // 60, seconds % 60) }}
{%- endmacro -%}

{% macro function(key) -%}
{# What stands behind a semicolon would be another word of the function. -#}
{% set number = key.value | replace(';', ',') -%}
{% set name = (key.label or key.value) | replace(';', ',') -%}
{% if key.type == 'speeddial' -%}
fnc=sd;ext={{ number }}@$PROXY;vid={{ key.line or 1 }};nme={{ name }}
{%- elif key.value -%}
fnc=blf+sd{{ '+cp' if key.type == 'blf' else '' }};sub={{ number }}@$PROXY;vid={{ key.line or 1 }};nme={{ name }}
{%- endif -%}
{% endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<device>
  <flat-profile>
{%- block provisioning -%}
{% set file = (X_cisco_mpp_firmware | default({})).get(device.model) -%}
{{ put('Profile_Rule', http ~ '/$MA.xml') -}}
{{ put('Resync_Periodic', 86400) -}}
{{ switch('Resync_On_Reset', true) -}}
{{ switch('Resync_From_SIP', true) -}}
{{ switch('Upgrade_Enable', file) -}}
{{ put('Upgrade_Rule', http ~ '/' ~ file if file else none) -}}
{% endblock -%}
{% block access -%}
{% if admin_password is not none -%}
{{ put('Web_Login_Admin_Password' if ata else 'Admin_Password', admin_password) -}}
{% endif -%}
{% if user_password is not none -%}
{{ put('Web_Login_Guest_Password' if ata else 'User_Password', user_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{{ put('Primary_DNS', dns_ip if dns_enabled else none) -}}
{{ put('DNS_Server_Order', 'Manual,DHCP' if dns_enabled else 'DHCP,Manual') -}}
{% endif -%}
{% if vlan_enabled is not none and not ata -%}
{{ switch('Enable_VLAN', vlan_enabled) -}}
{% if vlan_enabled -%}
{{ put('VLAN_ID', vlan_id) -}}
{% endif -%}
{% set pc = vlan_pc_port_id if vlan_enabled else none -%}
{{ put('PC_Port_VLAN_ID', pc or 1) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{% if ntp_enabled is not none -%}
{{ switch('NTP_Enable', ntp_enabled) -}}
{{ put('Primary_NTP_Server', ntp_ip if ntp_enabled else none) -}}
{% endif -%}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
{{ switch('Ignore_DHCP_Time_Offset', true) -}}
{% set near = tables.zones.minutes | select('le', minutes) | list | last -%}
{{ put('Time_Zone', 'GMT' if near == 0 else 'GMT%s%02d:%02d' | format('+' if near > 0 else '-', near | abs // 60, near | abs % 60)) -}}
{{ put('Time_Offset__HH_mm_', '%02d/%02d' | format((minutes - near) // 60, (minutes - near) % 60) if minutes != near else none) -}}
{{ switch('Daylight_Saving_Time_Enable', zone.dst) -}}
{% if zone.dst -%}
{{ put('Daylight_Saving_Time_Rule', 'start=' ~ change(zone.dst.start) ~ ';end=' ~ change(zone.dst.end) ~ ';save='
    ~ '%d:%d:0' | format(zone.dst.save // 3600, zone.dst.save % 3600 // 60)) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block tongue -%}
{% if locale is not none -%}
{% set dictionary = (X_cisco_mpp_dictionary | default({})).get(tongue) -%}
{% if not ata -%}
{% set other = dictionary and tongue in tables.languages -%}
{{ put('Dictionary_Server_Script', 'serv=' ~ http ~ '/;d1=' ~ tables.languages[tongue] ~ ';l1=' ~ locale | replace('_', '-') ~ ';x1=' ~ dictionary
    if other else none) -}}
{{ put('Language_Selection', tables.languages[tongue] if other else 'English-US') -}}
{{ put('Locale', locale | replace('_', '-') if other else 'en-US') -}}
{{ put('Time_Format', '12hr' if locale in tables.clock.twelve_hours else '24hr') -}}
{{ put('Date_Format', 'month/day' if locale in tables.clock.month_first else 'day/month') -}}
{% endif -%}
{% if locale[3:] in tables.tones -%}
{% set tones = tables.tones[locale[3:]] -%}
{{ put('Dial_Tone', tones[0]) -}}
{{ put('Busy_Tone', tones[1]) -}}
{{ put('Ring_Back_Tone', tones[2]) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('Syslog_Server', syslog_ip ~ ':' ~ syslog_port if syslog_enabled else none) -}}
{{ put('Debug_Level', tables.log_levels[syslog_level] if syslog_enabled else 'NOTICE') -}}
{% endblock -%}
{% block codes -%}
{% for name in tables.codes.names -%}
{{ put(name, none) -}}
{% endfor -%}
{% if not ata -%}
{{ put('Call_Pickup_Code', exten_pickup_call) -}}
{{ put('Group_Call_Pickup_Code', exten_pickup_group) -}}
{{ put('Attendant_Console_Call_Pickup_Code', exten_pickup_call) -}}
{{ put('Voice_Mail_Number', exten_voicemail) -}}
{% endif -%}
{% endblock -%}
{% block directory -%}
{% if not ata -%}
{% set there = X_xivo_phonebook_ip and X_xivo_user_uuid -%}
{{ put('XML_Directory_Service_Name', 'Directory' if there else none) -}}
{{ put('XML_Directory_Service_URL', (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':'
    ~ (X_xivo_phonebook_port or 9498) ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default')
    ~ '/cisco?xivo_user_uuid=' ~ X_xivo_user_uuid if there else none) -}}
{% endif -%}
{% endblock -%}
{% block lines -%}
{% if not ata -%}
{% set first = sip_lines.get('1') -%}
{{ put('Station_Name', first.display_name if first else none) -}}
{{ put('Station_Display_Name', first.number or first.display_name if first else none) -}}
{{ switch('Secure_Call_Serv', true) -}}
{{ switch('Secure_Call_Setting', sip_srtp_mode != 'disabled') -}}
{% endif -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{{ of('Line_Enable', number, 'Yes' if line else 'No') -}}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{{ of('Display_Name', number, line.display_name) -}}
{{ of('User_ID', number, line.username) -}}
{{ of('Password', number, line.password) -}}
{{ of('Use_Auth_ID', number, 'Yes' if line.auth_username else 'No') -}}
{{ of('Auth_ID', number, line.auth_username) -}}
{{ of('Proxy', number, place(proxy, line.proxy_port or sip_proxy_port)) -}}
{{ of('Use_Outbound_Proxy', number, 'Yes' if outbound else 'No') -}}
{{ of('Outbound_Proxy', number, place(outbound, line.outbound_proxy_port or sip_outbound_proxy_port)) -}}
{% if not ata -%}
{% set backup = line.backup_proxy_ip or sip_backup_proxy_ip -%}
{{ of('Alternate_Proxy', number, place(backup, line.backup_proxy_port or sip_backup_proxy_port)) -}}
{% endif -%}
{{ of('Register', number, 'Yes') -}}
{{ of('Make_Call_Without_Reg', number, 'No') -}}
{{ of('SIP_Transport', number, tables.transports[sip_transport]) -}}
{{ of('DTMF_Tx_Method', number, tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 'Auto')) -}}
{{ of('Mailbox_ID', number, line.username if sip_subscribe_mwi else none) -}}
{{ of('Voice_Mail_Server', number, place(proxy, line.proxy_port or sip_proxy_port) if sip_subscribe_mwi else none) -}}
{{ of('Dial_Plan', number, '(*x.|x.)') -}}
{{ of('Auth_Resync-Reboot', number, 'No') -}}
{% if ata -%}
{{ of('Secure_Call_Setting', number, 'No' if (line.srtp_mode or sip_srtp_mode) == 'disabled' else 'Yes') -}}
{% else -%}
{{ of('Secure_Call_Option', number, tables.security[line.srtp_mode or sip_srtp_mode]) -}}
{% endif -%}
{% else -%}
{{ of('Register', number, 'No') -}}
{{ of('Use_Auth_ID', number, 'No') -}}
{{ of('Use_Outbound_Proxy', number, 'No') -}}
{% for name in tables.idle.line if not (ata and name == 'Alternate_Proxy') -%}
{{ of(name, number, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block keys -%}
{% if phone.keys or phone.expansion -%}
{{ put('Server_Type', 'Asterisk') -}}
{% endif -%}
{% set free = range(1, phone.keys + 1) | map('string') | reject('in', funckeys) | list -%}
{% set lines = range(1, phone.lines + 1) | map('string') | select('in', sip_lines) | list -%}
{% for number in range(1, phone.keys + 1) | map('string') -%}
{% set key = funckeys.get(number) -%}
{% set mine = lines[free.index(number)] if number in free and free.index(number) < lines | length else none -%}
{% set line = sip_lines[mine] if mine else none -%}
{{ of('Extension', number, mine or 'Disabled') -}}
{{ of('Short_Name', number, (key.label or key.value) if key else (line.number or line.display_name or line.username) if line else none) -}}
{{ of('Share_Call_Appearance', number, 'private') -}}
{{ of('Extended_Function', number, function(key) if key else none) -}}
{% endfor -%}
{% if phone.expansion -%}
{% set behind = funckeys | map('int') | select('gt', phone.keys) | list -%}
{% set used = [((behind | max - phone.keys - 1) // phone.expansion_keys + 1) if behind else 0, phone.expansion] | min -%}
{{ put('Number_of_Units', used) -}}
{% for unit in range(1, phone.expansion + 1) -%}
{% for number in range(1, phone.expansion_keys + 1) -%}
{% set key = funckeys.get((phone.keys + (unit - 1) * phone.expansion_keys + number) | string) -%}
{{ put('Unit_' ~ unit ~ '_Key_' ~ number, function(key) if key else none) -}}
{% endfor -%}
{% endfor -%}
{% endif -%}
{% endblock %}
  </flat-profile>
</device>
