{#- The settings of one phone. Lines and keys are numbered from 0; servers are those of line 1, since there is one of each. -#}
{% set main = sip_lines.get('1') -%}
{% macro put(name, value) -%}
{{ name }}={{ value }}
{% endmacro -%}

{% macro switch(name, on) -%}
{{ name }}={{ 1 if on else 0 }}
{% endmacro -%}

{% macro server(name, address, port) -%}
{{ put(name ~ '/addr', address) -}}
{{ put(name ~ '/port', port or tables.ports[sip_transport] if address else none) -}}
{% endmacro -%}

{% macro change(name, at) -%}
{{ put(name ~ '/month', at.month) -}}
{{ put(name ~ '/week', at.week) -}}
{{ put(name ~ '/day_of_week', tables.days[at.weekday]) -}}
{{ put(name ~ '/hour', [[at.seconds // 3600, 0] | max, 23] | min) -}}
{% endmacro -%}

{% block access -%}
{% if admin_password is not none -%}
{{ put('system/user_name', admin_username or 'admin') -}}
{{ put('system/password', admin_password) -}}
{% endif -%}
{% endblock -%}
{% block provisioning -%}
provisioning/method=DYNAMIC
provisioning/period/type=DAILY
voip/services/notify/check_sync/force_reboot_enabled=1
{% set file = (X_audiocodes_firmware | default({})).get(device.model) -%}
{% if file -%}
provisioning/firmware/url={{ http }}/{{ file }}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled -%}
{{ put('network/lan/fixed_ip/primary_dns', dns_ip) -}}
{% endif -%}
{% if vlan_enabled is not none -%}
{{ put('network/lan/vlan/mode', 'Manual' if vlan_enabled else 'Disable') -}}
{{ put('network/lan/vlan/id', vlan_id if vlan_enabled else 0) -}}
{{ put('network/lan/vlan/priority', (vlan_priority or 0) if vlan_enabled else 0) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ switch('system/ntp/enabled', ntp_enabled) -}}
{{ put('system/ntp/primary_server_address', ntp_ip if ntp_enabled else none) -}}
{{ switch('network/lan/dhcp/ntp/server_list/enabled', not ntp_enabled) -}}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
network/lan/dhcp/ntp/gmt_offset/enabled=0
{{ put('system/ntp/gmt_offset', '%s%02d:%02d' | format('-' if minutes < 0 else '+', (minutes | abs) // 60, (minutes | abs) % 60)) -}}
{{ put('system/daylight_saving/activate', 'ENABLE' if zone.dst else 'DISABLE') -}}
{% if zone.dst -%}
{{ put('system/daylight_saving/mode', 'DayOfWeek') -}}
{{ put('system/daylight_saving/offset', zone.dst.save // 60) -}}
{{ change('system/daylight_saving/start_date', zone.dst.start) -}}
{{ change('system/daylight_saving/end_date', zone.dst.end) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
{% block tongue -%}
{% if locale is not none -%}
{{ put('personal_settings/language', tables.languages.get(locale) or tables.languages.get(locale[:2], 'ENGLISH')) -}}
{{ put('system/ntp/date_display_format', 'AMERICAN' if locale == 'en_US' else 'EUROPEAN') -}}
{{ put('system/ntp/time_display_format', '12HOUR' if locale in ['en_US', 'en_CA', 'en_AU', 'en_NZ'] else '24HOUR') -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('system/syslog/mode', 'NETWORK' if syslog_enabled else 'NONE') -}}
{{ put('system/syslog/server_address', syslog_ip if syslog_enabled else none) -}}
{{ put('system/syslog/server_port', syslog_port if syslog_enabled else none) -}}
{% endblock -%}
{% block sip -%}
{% set proxy = (main.proxy_ip if main else none) or sip_proxy_ip -%}
{% set port = (main.proxy_port if main else none) or sip_proxy_port or tables.ports[sip_transport] -%}
{% set registrar = (main.registrar_ip if main else none) or sip_registrar_ip or proxy -%}
{% set door = (main.registrar_port if main else none) or sip_registrar_port -%}
{% set outbound = (main.outbound_proxy_ip if main else none) or sip_outbound_proxy_ip -%}
{% set spare = (main.backup_proxy_ip if main else none) or sip_backup_proxy_ip -%}
{% set mailbox = (main.voicemail if main else none) or exten_voicemail -%}
{{ put('voip/signalling/sip/transport_protocol', tables.transports[sip_transport]) -}}
{{ switch('voip/signalling/sip/use_proxy', proxy) -}}
{{ put('voip/signalling/sip/proxy_address', proxy) -}}
{{ put('voip/signalling/sip/proxy_port', port if proxy else none) -}}
{{ switch('voip/signalling/sip/use_proxy_ip_and_port_for_registration', registrar == proxy) -}}
{{ switch('voip/signalling/sip/sip_registrar/enabled', registrar) -}}
{{ server('voip/signalling/sip/sip_registrar', registrar, door or (port if registrar == proxy else none)) -}}
{{ switch('voip/signalling/sip/sip_outbound_proxy/enabled', outbound) -}}
{{ server('voip/signalling/sip/sip_outbound_proxy', outbound, (main.outbound_proxy_port if main else none) or sip_outbound_proxy_port) -}}
{{ put('voip/signalling/sip/redundant_proxy/mode', 'Simultaneous' if spare else 'Disable') -}}
{{ put('voip/signalling/sip/redundant_proxy/address', spare) -}}
{{ put('voip/signalling/sip/redundant_proxy/port', (main.backup_proxy_port if main else none) or sip_backup_proxy_port or tables.ports[sip_transport] if spare else none) -}}
{{ put('voip/media/out_of_band_dtmf', tables.dtmf.get((main.dtmf_mode if main else none) or sip_dtmf_mode, 'RFC2833')) -}}
{{ switch('voip/media/srtp/enabled', ((main.srtp_mode if main else none) or sip_srtp_mode) != 'disabled') -}}
{{ switch('voip/services/msg_waiting_ind/enabled', sip_subscribe_mwi) -}}
{{ put('voip/services/msg_waiting_ind/voice_mail_number', mailbox) -}}
{% endblock -%}
{% block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set account = 'voip/line/' ~ (number - 1) -%}
{{ switch(account ~ '/enabled', line) -}}
{% if line -%}
{{ put(account ~ '/id', line.username) -}}
{{ put(account ~ '/description', line.display_name) -}}
{{ put(account ~ '/extension_display', line.number) -}}
{{ put(account ~ '/auth_name', line.auth_username) -}}
{{ put(account ~ '/auth_password', line.password) -}}
{% else -%}
{% for field in tables.idle.line -%}
{{ put(account ~ '/' ~ field, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}
{% block keys -%}
{% for number in range(1, phone.keys + 1) -%}
{% set wish = funckeys.get(number | string) -%}
{% set target = (wish.value or (exten_park if wish.type == 'park' else none)) if wish else none -%}
{% set key = 'personal_settings/functional_key/' ~ (number - 1) -%}
{{ put(key ~ '/type', tables.keys[wish.type] if target else 'EMPTY') -}}
{{ put(key ~ '/speed_dial_number', target) -}}
{{ put(key ~ '/key_label', wish.label or target if target else none) -}}
{% endfor -%}
{% endblock -%}
