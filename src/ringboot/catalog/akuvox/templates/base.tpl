#!version:1.0.0.1
{#- The settings of one phone or intercom. Accounts and keys that are not configured are switched off and emptied. #}
{% macro put(name, value) -%}
Config.{{ name }} = {{ value }}
{% endmacro -%}

{% macro switch(name, on) -%}
{{ put(name, 1 if on else 0) -}}
{% endmacro -%}

{% block provisioning -%}
{{ put('Autoprovision.MODE.Mode', 3) -}}
{{ put('Autoprovision.SCHEDULE.HourOfDay', 4) -}}
{{ switch('Autoprovision.DHCP_OPTION.Enable', true) -}}
{% set file = (X_akuvox_firmware | default({})).get(device.model) -%}
{{ put('Firmware.Url', http ~ '/' ~ file if file else none) -}}
{% endblock -%}

{% block access -%}
{% if admin_password is not none -%}
{% for place in ['LOGIN', 'WEB_LOGIN'] -%}
{{ put('Settings.' ~ place ~ '.User', admin_username or 'admin') -}}
{{ put('Settings.' ~ place ~ '.Password', admin_password) -}}
{% endfor -%}
{% endif -%}
{% if user_password is not none -%}
{{ put('Settings.WEB_LOGIN.User02', user_username or 'user') -}}
{{ put('Settings.WEB_LOGIN.Password02', user_password) -}}
{% endif -%}
{% endblock -%}

{% block network -%}
{% if dns_enabled is not none -%}
{{ switch('Network.LAN.UseStaticDNS', dns_enabled) -}}
{{ put('Network.LAN.PrimaryDNS', dns_ip if dns_enabled else none) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ switch('Network.VLAN.LanVlanEnable', vlan_enabled) -}}
{{ put('Network.VLAN.LanVid', vlan_id if vlan_enabled else 1) -}}
{{ put('Network.VLAN.LanPriority', (vlan_priority or 0) if vlan_enabled else 0) -}}
{% if phone.pc_port -%}
{% set pc = vlan_pc_port_id if vlan_enabled else none -%}
{{ switch('Network.VLAN.PcVlanEnable', pc is not none) -}}
{{ put('Network.VLAN.PcVid', pc if pc is not none else 1) -}}
{% endif -%}
{% endif -%}
{{ put('Settings.LOGLEVEL.Level', tables.log_levels[syslog_level] if syslog_enabled else tables.log_levels.off) -}}
{{ switch('Settings.LOGLEVEL.RemoteSyslog', syslog_enabled) -}}
{{ put('Settings.LOGLEVEL.RemoteServer', syslog_ip if syslog_enabled else none) -}}
{% endblock -%}

{% block clock -%}
{{ switch('Settings.SNTP.Enable', ntp_enabled is not false) -}}
{% if ntp_enabled -%}
{{ put('Settings.SNTP.NTPServer1', ntp_ip) -}}
{% endif -%}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
{{ put('Settings.SNTP.TimeZone', ('+' if minutes > 0 else '-' if minutes else '') ~ (minutes | abs) // 60
    ~ (':%02d' | format(minutes | abs % 60) if minutes % 60 else '')) -}}
{% set place = tables.zones.get(zone.posix) -%}
{{ put('Settings.SNTP.Name', place) -}}
{{ put('Settings.SNTP.DTS', 2 if place else 0) -}}
{% endif -%}
{% if locale is not none -%}
{% set tongue = tables.languages.get(locale[:2], 0) -%}
{{ put('Settings.LANGUAGE.Type', tongue) -}}
{{ put('Settings.DATETIME.TimeFormat', 0 if locale in tables.clock.twelve_hours else 1) -}}
{{ put('Settings.DATETIME.DateFormat', tables.dates.get(locale, tables.dates.other)) -}}
{% endif -%}
{% endblock -%}

{% block directory -%}
{% set there = X_xivo_phonebook_ip and X_xivo_user_uuid -%}
{{ put('RemotePhoneBook.REMOTE_PHONE_BOOK0.Url', (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/input/' ~ (X_xivo_phonebook_profile or 'default') ~ '/akuvox?xivo_user_uuid=' ~ X_xivo_user_uuid if there else none) -}}
{{ put('RemotePhoneBook.REMOTE_PHONE_BOOK0.DisplayName', tables.words.get((locale or 'en')[:2], tables.words.en).directory if there else none) -}}
{% endblock -%}

{% block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set account = 'Account' ~ number ~ '.' -%}
{{ switch(account ~ 'GENERAL.Enable', line) -}}
{% if line -%}
{% set port = tables.ports[sip_transport] -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set proxy_port = line.proxy_port or sip_proxy_port or port -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy -%}
{% set spare = line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or sip_backup_proxy_ip -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set way = outbound or (proxy if proxy != registrar else none) -%}
{{ put(account ~ 'GENERAL.Label', line.number or line.display_name) -}}
{{ put(account ~ 'GENERAL.DisplayName', line.display_name) -}}
{{ put(account ~ 'GENERAL.UserName', line.username) -}}
{{ put(account ~ 'GENERAL.AuthName', line.auth_username) -}}
{{ put(account ~ 'GENERAL.Pwd', line.password) -}}
{{ put(account ~ 'SIP.Server', registrar) -}}
{{ put(account ~ 'SIP.Port', line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else port)) -}}
{{ put(account ~ 'SIP.Server2', spare) -}}
{{ put(account ~ 'SIP.Port2', line.backup_registrar_port or line.backup_proxy_port or sip_backup_registrar_port or sip_backup_proxy_port or port) -}}
{{ put(account ~ 'SIP.TransType', tables.transports[sip_transport]) -}}
{{ switch(account ~ 'OUTPROXY.Enable', way) -}}
{{ put(account ~ 'OUTPROXY.Server', way) -}}
{{ put(account ~ 'OUTPROXY.Port', ((line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) or port) if outbound else proxy_port) -}}
{{ put(account ~ 'ENCRYPTION.SRTPEncryption', tables.srtp[line.srtp_mode or sip_srtp_mode]) -}}
{{ put(account ~ 'DTMF.Type', tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 1)) -}}
{{ switch(account ~ 'SUBSCRIBE.SubsribeMWI', sip_subscribe_mwi) -}}
{{ put(account ~ 'VOICEMSG.Number', line.voicemail or exten_voicemail) -}}
{{ put(account ~ 'FEATURE_DND.OnCode', exten_dnd) -}}
{{ put(account ~ 'FEATURE_DND.OffCode', exten_dnd) -}}
{% for name, code in [('ALWAYS', exten_fwd_unconditional), ('BUSY', exten_fwd_busy), ('TIMEOUT', exten_fwd_no_answer)] -%}
{{ put(account ~ 'FEATURE_FORWARD_' ~ name ~ '.OnCode', code) -}}
{{ put(account ~ 'FEATURE_FORWARD_' ~ name ~ '.OffCode', exten_fwd_disable_all if code else none) -}}
{% endfor -%}
{% for codec in tables.codecs.voice -%}
{{ switch(account ~ 'Audio' ~ codec.place ~ '.Enable', true) -}}
{{ put(account ~ 'Audio' ~ codec.place ~ '.Name', codec.name) -}}
{{ put(account ~ 'Audio' ~ codec.place ~ '.Priority', loop.index) -}}
{{ put(account ~ 'Audio' ~ codec.place ~ '.Payload', codec.payload) -}}
{% endfor -%}
{% else -%}
{% for field in tables.idle.account -%}
{{ put(account ~ field, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% block keys -%}
{% for number in range(1, phone.keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% set mine = not key and number <= phone.lines and number | string in sip_lines -%}
{% set name = 'Programable.LINEKEY' ~ number -%}
{{ put(name ~ '.Type', tables.keys[key.type] if key else tables.keys.line if mine else 0) -}}
{{ put(name ~ '.Label', key.label or key.value if key else none) -}}
{{ put(name ~ '.Param1', key.value if key else none) -}}
{{ put(name ~ '.Param2', key.line or 1 if key else number if mine else 0) -}}
{{ put(name ~ '.Param3', exten_pickup_call if key and key.type == 'blf' else none) -}}
{% endfor -%}
{% endblock -%}
