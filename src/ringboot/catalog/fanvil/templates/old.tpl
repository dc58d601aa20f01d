{#- The phones before the X series: the same file, but most names and modules are others, and there are fewer of them. -#}
{% extends 'base.tpl' -%}
{% block network -%}
<GLOBAL CONFIG MODULE>
{% if dns_enabled is not none -%}
{{ switch('DHCP Dns', not dns_enabled) -}}
{% if dns_enabled -%}
{{ put('Primary DNS', dns_ip) -}}
{% endif -%}
{% endif -%}
{{ switch('Enable SNTP', ntp_enabled is not false) -}}
{% if ntp_enabled -%}
{{ put('SNTP Server', ntp_ip) -}}
{% endif -%}
{% endblock -%}

{% block tones -%}
{% endblock -%}

{% block lines -%}
<SIP CONFIG MODULE>
{{ put('--SIP Line List--', none) -}}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set sip = 'SIP' ~ number ~ ' ' -%}
{{ switch(sip ~ 'Enable Reg', line) -}}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set proxy_port = line.proxy_port or sip_proxy_port or 5060 -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{{ put(sip ~ 'Phone Number', line.username) -}}
{{ put(sip ~ 'Display Name', line.display_name) -}}
{{ put(sip ~ 'Register Addr', registrar) -}}
{{ put(sip ~ 'Register Port', line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else 5060)) -}}
{{ put(sip ~ 'Register User', line.auth_username) -}}
{{ put(sip ~ 'Register Pwd', line.password) -}}
{{ put(sip ~ 'Proxy Addr', outbound or proxy) -}}
{{ put(sip ~ 'Proxy Port', ((line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) or 5060) if outbound else proxy_port) -}}
{{ put(sip ~ 'Proxy User', line.auth_username) -}}
{{ put(sip ~ 'Proxy Pwd', line.password) -}}
{{ put(sip ~ 'Transport', 1 if sip_transport == 'tcp' else 0) -}}
{{ put(sip ~ 'DTMF Mode', tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 1)) -}}
{{ switch(sip ~ 'Subscribe', sip_subscribe_mwi) -}}
{{ put(sip ~ 'Mwi No.', line.voicemail or exten_voicemail) -}}
{% else -%}
{% for field in tables.idle.old -%}
{{ put(sip ~ field, none) -}}
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% block phone_features -%}
{% endblock -%}

{% block keys -%}
<PHONE CONFIG MODULE>
{{ put('--Function Key--', none) -}}
{% for number in range(1, phone.keys + 1) -%}
{{ set_key('Fkey' ~ number, number, true) -}}
{% endfor -%}
{% endblock -%}

{% block access -%}
{% if admin_password is not none or user_password is not none -%}
<MMI CONFIG MODULE>
{{ put('--MMI Account--', none) -}}
{% for number, name, password in [(1, admin_username or 'admin', admin_password), (2, user_username or 'guest', user_password)] -%}
{% if password is not none -%}
{{ put('Account' ~ number ~ ' Name', name) -}}
{{ put('Account' ~ number ~ ' Pass', password) -}}
{% endif -%}
{% endfor -%}
{% endif -%}
{% endblock -%}

{% block log -%}
<AAA CONFIG MODULE>
{{ switch('Enable Syslog', syslog_enabled) -}}
{{ put('Syslog address', syslog_ip if syslog_enabled else '0.0.0.0') -}}
{{ put('Syslog port', syslog_port if syslog_enabled else 514) -}}
{% endblock -%}

{% block vlan -%}
{% if vlan_enabled is not none -%}
<QOS CONFIG MODULE>
{{ switch('Enable VLAN', vlan_enabled) -}}
{% if vlan_enabled -%}
{{ put('VLAN ID', vlan_id) -}}
{{ put('802.1P Value', vlan_priority or 0) -}}
{% endif -%}
{{ switch('Enable PVID', vlan_enabled and vlan_pc_port_id is not none) -}}
{% if vlan_enabled and vlan_pc_port_id is not none -%}
{{ put('PVID Value', vlan_pc_port_id) -}}
{% endif -%}
{% endif -%}
{% endblock -%}
