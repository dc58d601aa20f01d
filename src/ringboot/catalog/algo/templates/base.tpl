{#- The settings of one device. A device keeps what its file does not mention, so all that may have been set is written. -#}
{% set main = sip_lines.get('1') -%}
{% macro put(name, value) -%}
{{ name }} ={% if value is not none and value != '' %} {{ value }}{% endif %}
{% endmacro -%}

{% macro place(address, port) -%}
{{ address }}{% if address and port %}:{{ port }}{% endif %}
{%- endmacro -%}

{% macro account(name, line) -%}
{{ put(name ~ '.user', line.username if line else none) -}}
{{ put(name ~ '.auth', line.auth_username if line else none) -}}
{{ put(name ~ '.pwd', line.password if line else none) -}}
{% endmacro -%}

{% block access -%}
{% if admin_password is not none -%}
{{ put('admin.pwd', admin_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{% if vlan_enabled is not none -%}
{{ put('net.vlan.use', 1 if vlan_enabled else 0) -}}
{{ put('net.vlan.id', vlan_id if vlan_enabled else 0) -}}
{{ put('net.vlan.priority', (vlan_priority or 0) if vlan_enabled else 0) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ put('net.time1', ntp_ip if ntp_enabled else none) -}}
{% if timezone is not none -%}
{{ put('admin.timezone', timezone) -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('log.method', 'network' if syslog_enabled else 'local') -}}
{{ put('log.server', syslog_ip if syslog_enabled else none) -}}
{% if syslog_enabled -%}
{{ put('log.level', tables.log_levels[syslog_level]) -}}
{% endif -%}
{% endblock -%}
{% block sip -%}
{% set proxy = (main.proxy_ip if main else none) or sip_proxy_ip -%}
{% set registrar = (main.registrar_ip if main else none) or sip_registrar_ip -%}
{% set outbound = (main.outbound_proxy_ip if main else none) or sip_outbound_proxy_ip -%}
{% set spare = (main.backup_proxy_ip if main else none) or sip_backup_proxy_ip -%}
{{ put('sip.proxy', place(proxy, (main.proxy_port if main else none) or sip_proxy_port)) -}}
{{ put('sip.registrar', place(registrar, (main.registrar_port if main else none) or sip_registrar_port) if registrar != proxy else none) -}}
{{ put('sip.outbound', 1 if outbound else 0) -}}
{{ put('sip.obproxy', place(outbound, (main.outbound_proxy_port if main else none) or sip_outbound_proxy_port)) -}}
{{ put('sip.bkproxy1', place(spare, (main.backup_proxy_port if main else none) or sip_backup_proxy_port)) -}}
{{ put('sip.transp', sip_transport) -}}
{{ put('sip.srtp', tables.srtp[(main.srtp_mode if main else none) or sip_srtp_mode]) -}}
{{ put('sip.mwi.subs', 1 if sip_subscribe_mwi else 0) -}}
{{ put('phone.dtmf.src', tables.dtmf.get((main.dtmf_mode if main else none) or sip_dtmf_mode, 'rtp-telev')) -}}
{{ put('sip.register.use', 1) -}}
{{ put('sip.interop.checksync', 'conditional-reboot') -}}
{% endblock -%}
{% block lines -%}
{% if phone.type != 'doorphone' -%}
{{ put('sip.page.use', 1 if main else 0) -}}
{% endif -%}
{{ account('sip.u1', main) -}}
{{ put('sip.u1.dname', main.display_name if main else none) -}}
{% for number in range(2, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{{ put('sip.alert' ~ (number - 1) ~ '.use', 1 if line else 0) -}}
{{ account('sip.alert' ~ (number - 1), line) -}}
{% endfor -%}
{% endblock -%}
{% block button -%}
{% if phone.keys -%}
{% set key = funckeys.get('1') -%}
{{ put('dp.dest', key.value if key else none) -}}
{% endif -%}
{% endblock -%}
