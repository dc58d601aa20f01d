{#- The settings of one phone: numbers of parameters, beside the names that the maker gives them. Accounts and keys that are
    not configured are switched off and emptied. -#}
{% macro put(number, name, value) %}
    <P{{ number }} para="{{ name }}">{{ value }}</P{{ number }}>
{%- endmacro -%}

{% macro switch(number, name, on) -%}
{{ put(number, name, 1 if on else 0) }}
{%- endmacro -%}

{% macro place(address, port) -%}
{{ address }}{% if address and port %}:{{ port }}{% endif %}
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<hl_provision version="1">
  <config version="1">
{%- block access -%}
{% for who, name_number, password_number, name, password in [
    ('Admin', 8681, 2, admin_username, admin_password), ('User', 8682, 196, user_username, user_password)] -%}
{% if name is not none -%}
{{ put(name_number, 'LogUser.' ~ who, name) -}}
{% endif -%}
{% if password is not none -%}
{{ put(password_number, who ~ 'Password', password) -}}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block provisioning -%}
{{ put(1145, 'FirmwareUpGrade.AllowDHCPOption', 66) -}}
{{ switch(145, 'FirmwareUpGrade.ToOverrideServer', true) -}}
{{ switch(194, 'FirmwareUpGrade.AutoUpgrade', true) -}}
{{ put(193, 'FirmwareUpGrade.CheckUpgradeTimes', 1440) -}}
{% endblock -%}
{% block network -%}
{% if dns_enabled is not none -%}
{{ switch(20163, 'NetWork.StaticDNS', dns_enabled) -}}
{% set octets = (dns_ip or '').split('.') -%}
{% if dns_enabled and octets | length == 4 -%}
{% for name in ['First', 'Second', 'Third', 'Last'] -%}
{{ put(20 + loop.index, 'PrimaryDns' ~ name ~ '8Bit', octets[loop.index0]) -}}
{% endfor -%}
{% endif -%}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ switch(24053, 'Network.Advanced.Vlan.WANVlan', vlan_enabled) -}}
{{ put(51, 'Layer2QoS.802.1Q/VLANTag', vlan_id if vlan_enabled else 0) -}}
{{ put(87, 'Layer2QoS.802.1pPriorityValue', (vlan_priority or 0) if vlan_enabled else 0) -}}
{% set pc = vlan_pc_port_id if vlan_enabled else none -%}
{{ switch(24054, 'Network.Advanced.Vlan.PCVlan', pc is not none) -}}
{{ put(229, 'DataVLANTag', pc or 0) -}}
{% endif -%}
{{ put(207, 'SNMPService.SyslogServer', syslog_ip if syslog_enabled else none) -}}
{{ put(208, 'SNMPService.Sysloglevel', tables.log_levels[syslog_level] if syslog_enabled else 0) -}}
{% endblock -%}
{% block clock -%}
{{ put(30, 'UrlOrIpAddress', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{% set number = tables.zones.get((zone.offset // 60) | string) -%}
{% if number is not none -%}
{{ put(64, 'Preference.TimeZone', number) -}}
{% endif -%}
{{ switch(75, 'Preference.DaylightSavingTime', zone.dst) -}}
{% if zone.dst -%}
{{ put(23117, 'Preference.DaylightSavingTimeType', 1) -}}
{% for name, first, change in [('Start', 23118, zone.dst.start), ('End', 23122, zone.dst.end)] -%}
{{ put(first, 'Preference.DST' ~ name ~ 'WeekMonth', change.month) -}}
{{ put(first + 1, 'Preference.DST' ~ name ~ 'Weeknum', change.week) -}}
{{ put(first + 2, 'Preference.DST' ~ name ~ 'Weekday', change.weekday) -}}
{{ put(first + 3, 'Preference.DST' ~ name ~ 'Weekhour', [[change.seconds // 3600, 0] | max, 23] | min) -}}
{% endfor -%}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block tongue -%}
{% if locale is not none -%}
{% set number = tables.languages.get(locale[:2], 0) -%}
{{ put(2525, 'Preference.WebLanguage', number) -}}
{{ put(8621, 'Preference.LcdLanguage', number) -}}
{{ put(8624, 'Preference.TimeFormat', 1 if locale in tables.clock.twelve_hours else 0) -}}
{{ put(20058, 'ToneSelectCountry', tables.tones.get(locale[3:], 0)) -}}
{% endif -%}
{% endblock -%}
{% block codes -%}
{{ put(53200, 'DND.OnCode', exten_dnd) -}}
{{ put(53201, 'DND.OffCode', exten_dnd) -}}
{% for name, first, code in [('Always', 53102, exten_fwd_unconditional), ('Busy', 53112, exten_fwd_busy), ('NoAnswer', 53122, exten_fwd_no_answer)] -%}
{{ put(first, 'Forward' ~ name ~ '.OnCode', code) -}}
{{ put(first + 1, 'Forward' ~ name ~ '.OffCode', exten_fwd_disable_all if code else none) -}}
{% endfor -%}
{% for name, first, code in [('Direct', 4701, exten_pickup_call), ('Group', 4702, exten_pickup_group)] -%}
{{ switch(first, 'CallPickup.' ~ name ~ 'CallPickup', code) -}}
{{ put(first + 44, 'CallPickup.' ~ name ~ 'CallPickupCode', code) -}}
{% endfor -%}
{% endblock -%}
{% block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set at = tables.accounts[number | string] -%}
{% set account = 'Account' ~ number ~ '.' -%}
{{ switch(at.active, account ~ 'Active', line) -}}
{{ switch(at.registration, account ~ 'SipRegistration', line) -}}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set proxy_port = line.proxy_port or sip_proxy_port -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy -%}
{% set registrar_port = line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else none) -%}
{% set spare = line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or sip_backup_proxy_ip -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set way = outbound or (proxy if proxy != registrar else none) -%}
{{ put(at.server, account ~ 'Sipserver', place(registrar, registrar_port)) -}}
{{ put(at.failover, account ~ 'FailoverSipserver', place(spare, line.backup_registrar_port or line.backup_proxy_port
    or sip_backup_registrar_port or sip_backup_proxy_port)) -}}
{{ put(at.outbound, account ~ 'OutboundProxy', place(way, (line.outbound_proxy_port if line.outbound_proxy_ip
    else sip_outbound_proxy_port) if outbound else proxy_port)) -}}
{{ put(at.transport, account ~ 'SipTransport', tables.transports[sip_transport]) -}}
{{ put(at.user, account ~ 'SipUserId', line.username) -}}
{{ put(at.auth, account ~ 'AuthenticateID', line.auth_username) -}}
{{ put(at.password, account ~ 'AuthenticatePassword', line.password) -}}
{{ put(at.name, account ~ 'DispalyName', line.display_name) -}}
{{ put(at.label, account ~ 'Label', line.number or line.display_name) -}}
{{ put(at.mailbox, account ~ 'VoiceMailId', line.voicemail or exten_voicemail) -}}
{{ switch(at.mwi, account ~ 'SubscribeForMWI', sip_subscribe_mwi) -}}
{{ put(at.srtp, account ~ 'SRtpMode', tables.srtp[line.srtp_mode or sip_srtp_mode]) -}}
{{ put(at.tones, account ~ 'DtmfMode', tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 0)) -}}
{% for codec in tables.codecs.voice -%}
{{ put(at.codec + loop.index0, account ~ 'Choice' ~ loop.index, codec) -}}
{% endfor -%}
{% else -%}
{% for field, name in tables.idle.account.items() -%}
{{ put(at[field], account ~ name, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block keys -%}
{# The first four keys are numbered by kind of setting, the others one after another. -#}
{% for number in range(1, phone.keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% set mine = not key and number <= phone.lines and number | string in sip_lines -%}
{% set name = ('linekey' if number == 1 else 'LineKey') ~ number ~ '.' -%}
{% set at = [41199 + number, 41299 + number, 41399 + number, 41499 + number, 41599 + number] if number < 5
    else [20175 + 5 * number, 20176 + 5 * number, 20177 + 5 * number, 20178 + 5 * number, 20179 + 5 * number] -%}
{{ put(at[0], name ~ 'Type', tables.keys[key.type] if key else 1 if mine else 0) -}}
{{ put(at[1], name ~ 'Value', key.value if key else none) -}}
{{ put(at[2], name ~ 'Label', key.label or key.value if key else none) -}}
{{ put(at[3], name ~ 'Account', (key.line or 1) - 1 if key else number - 1 if mine else 0) -}}
{{ put(at[4], name ~ 'PickupCode', exten_pickup_call if key and key.type == 'blf' else none) -}}
{% endfor -%}
{# Keys of modules are numbered by a thousand for each module, and have no names. -#}
{% for module in range(1, phone.expansion + 1) -%}
{% for number in range(1, phone.expansion_keys + 1) -%}
{% set key = funckeys.get((phone.keys + (module - 1) * phone.expansion_keys + number) | string) -%}
{% set at = 60000 + (module - 1) * 1000 + (number - 1) * 5 %}
    <P{{ at }}>{{ tables.keys[key.type] if key else 0 }}</P{{ at }}>
    <P{{ at + 1 }}>{{ key.value if key else none }}</P{{ at + 1 }}>
    <P{{ at + 2 }}>{{ key.label or key.value if key else none }}</P{{ at + 2 }}>
{%- endfor -%}
{% endfor -%}
{% endblock %}
  </config>
</hl_provision>
