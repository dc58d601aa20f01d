{#- The settings of one phone. It reads the file when config_sn is another than before, and keeps what the file does not mention:
    so all that may have been set is written, and the number is made of the rest. -#}
{% macro put(name, value) -%}
{{ name }}={{ value }}
{% endmacro -%}

{% macro code(name, value) -%}
{{ put(name ~ 'Flg', 'sc' if value else 'local') -}}
{% endmacro -%}

{% set transport = tables.transports[sip_transport] -%}
{% set main = sip_lines.get('1') -%}
{% set settings -%}
[ipp]
{% block tongue -%}
{{ put('LanguageType', tables.languages.get((locale or 'en')[:2], 0)) -}}
{% endblock -%}

[net]
{% block network -%}
{{ put('DNSSrv1', dns_ip if dns_enabled else '0.0.0.0') -}}
{{ put('VLAN', 1 if vlan_enabled else 0) -}}
{% endblock -%}

[qos]
{% block tags -%}
{{ put('VLANid1', vlan_id if vlan_enabled else 0) -}}
{{ put('VLANTag1', vlan_priority or 0 if vlan_enabled else 0) -}}
{{ put('VLANid2', vlan_pc_port_id or 0 if vlan_enabled else 0) -}}
{% endblock -%}

[ntp]
{% block clock -%}
{{ put('NTPFlag', 1 if ntp_enabled else 0) -}}
{{ put('NtpIP', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{% set place = tables.rules.get(zone.posix) -%}
{% set minutes = zone.offset // 60 -%}
{% set place = tables.offsets.get(minutes | string, tables.offsets.get((minutes - minutes % 60) | string)) if place is none else place -%}
{{ put('NtpZoneNum', tables.rules['CET-1CEST,M3.5.0,M10.5.0/3'] if place is none else place) -}}
{% endif -%}
{% endblock -%}

[sip]
{% block sip -%}
{% set outbound = (main.outbound_proxy_ip if main else none) or sip_outbound_proxy_ip -%}
{{ put('OutBoundType', 1 if outbound else 0) -}}
{{ put('OutBoundProxy0', outbound) -}}
{{ put('OutBoundPort0', (main.outbound_proxy_port if main else none) or sip_outbound_proxy_port or 5060) -}}
{{ put('subscribe_event', 1 if sip_subscribe_mwi else 0) -}}
{{ put('VoiceMailTelNum', (main.voicemail if main else none) or exten_voicemail) -}}
{% endblock -%}
{% block codes -%}
{{ code('CallPkup', exten_pickup_call) -}}
{{ put('CallPkupSC', exten_pickup_call ~ 'X' if exten_pickup_call else none) -}}
{{ code('DND', exten_dnd) -}}
{{ put('DNDOnSC', exten_dnd) -}}
{{ put('DNDOffSC', exten_dnd) -}}
{% set forwards = [('Always', exten_fwd_unconditional), ('Busy', exten_fwd_busy), ('NoAnswer', exten_fwd_no_answer)] -%}
{{ code('CallFwd', exten_fwd_unconditional or exten_fwd_busy or exten_fwd_no_answer) -}}
{% for name, number in forwards -%}
{{ put('CallFwd' ~ name ~ 'SC', number ~ 'X' if number else none) -}}
{% endfor -%}
{{ put('CallFwdOffSC', exten_fwd_disable_all) -}}
{% endblock -%}
{% block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set port = 5061 if sip_transport == 'tls' else 5060 -%}
{% set proxy = line.proxy_ip or sip_proxy_ip if line else none -%}
{% set proxy_port = line.proxy_port or sip_proxy_port or port if line else port -%}
{{ put('TEL0' ~ number ~ 'Use', 1 if line else 0) -}}
{{ put('TEL' ~ number ~ 'Number', line.username if line else none) -}}
{{ put('regid' ~ number, line.auth_username if line else none) -}}
{{ put('regpwd' ~ number, line.password if line else none) -}}
{{ put('DisplayName' ~ number, line.display_name if line else none) -}}
{{ put('DisplayNumFlag' ~ number, 1 if line and line.number else 0) -}}
{{ put('DisplayNum' ~ number, line.number if line else none) -}}
{{ put('ProxyServerMP' ~ number, proxy) -}}
{{ put('RegisterServerMP' ~ number, line.registrar_ip or sip_registrar_ip or proxy if line else none) -}}
{{ put('ProxyServerBK' ~ number, line.backup_proxy_ip or sip_backup_proxy_ip if line else none) -}}
{{ put('RegisterServerBK' ~ number, line.backup_registrar_ip or sip_backup_registrar_ip or line.backup_proxy_ip or sip_backup_proxy_ip if line else none) -}}
{{ put('sip_pxy_srv_portMP' ~ number, proxy_port) -}}
{{ put('sip_pxy_tls_srv_portMP' ~ number, proxy_port if sip_transport == 'tls' else 5061) -}}
{{ put('sip_reg_srv_portMP' ~ number, line.registrar_port or sip_registrar_port or proxy_port if line else port) -}}
{{ put('sip_pxy_srv_portBK' ~ number, line.backup_proxy_port or sip_backup_proxy_port or port if line else port) -}}
{{ put('sip_reg_srv_portBK' ~ number, line.backup_registrar_port or sip_backup_registrar_port or port if line else port) -}}
{{ put('TransportFlgMP' ~ number, transport) -}}
{{ put('TransportFlgBK' ~ number, transport) -}}
{% endfor -%}
{% endblock -%}

[sys]
{% block system -%}
{{ put('CountryCode', tables.countries.get((locale or '')[3:], 'US')) -}}
{{ put('dtmf_mode_flag', tables.tones_in_calls.get((main.dtmf_mode if main else none) or sip_dtmf_mode, 1)) -}}
{% set srtp = (main.srtp_mode if main else none) or sip_srtp_mode -%}
{{ put('SRTPFlag', 1 if srtp in ('required', 'preferred') else 0) -}}
{% set there = X_xivo_phonebook_ip and X_xivo_user_uuid -%}
{{ put('Phonebook1_name', tables.words.get((locale or 'en')[:2], tables.words.en) if there else none) -}}
{{ put('Phonebook1_url', (X_xivo_phonebook_scheme or 'http') ~ '://' ~ X_xivo_phonebook_ip ~ ':' ~ (X_xivo_phonebook_port or 9498)
    ~ '/0.1/directories/lookup/' ~ (X_xivo_phonebook_profile or 'default') ~ '/thomson?xivo_user_uuid=' ~ X_xivo_user_uuid ~ '&term=#SEARCH' if there else none) -}}
{% endblock -%}
{% block access -%}
{% for name, value in [('UserID', user_username), ('UserPWD', user_password), ('TelnetID', admin_username), ('TelnetPWD', admin_password),
    ('WebPWD', admin_password)] -%}
{% if value is not none -%}
{{ put(name, value) -}}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block keys -%}
{% for number in range(1, phone.keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% set target = (key.value or (exten_park if key.type == 'park' else none)) if key else none -%}
{{ put('FeatureKeyExt' ~ ('%02d' | format(number)), (tables.keys[key.type] if target else 'L') ~ '/<sip:' ~ (target or '') ~ '>') -}}
{% endfor -%}
{% endblock -%}
{% endset -%}
{{ settings -}}
{{ put('config_sn', '%012d' | format(settings | checksum)) -}}
