{#- The whole of one phone but its contacts. What is not configured is written as off or empty. -#}
{% set ns = namespace(used=0) -%}
{% for number in range(1, phone.lines + 1) if number | string in sip_lines -%}
{% set ns.used = number -%}
{% endfor -%}
{% set positions = (device.version or '2').split('_')[0] != '1' -%}

{% macro put(name, value) %}
  <setting id="{{ name }}" value="{{ value }}"/>
{%- endmacro -%}

{% macro host(name, address, port, srtp) %}
      <{{ name }} server="{{ address }}" port="{{ port or tables.ports[sip_transport] }}" transport="{{ tables.transports[sip_transport] }}" media_encryption="{{ 'sdes' if srtp != 'disabled' else '' }}" reregister="300" retry="25"/>
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<config>
{%- block access -%}
{% if admin_password is not none -%}
{{ put('login_password', admin_password) -}}
{% endif -%}
{{ put('send_mac_with_useragent', 1) -}}
{{ put('enable_check_sync', 1) -}}
{{ put('accept_local_calls', 'host') -}}
{% endblock -%}
{% block network -%}
{% if vlan_enabled is not none -%}
{{ put('network_vlan_discovery_mode', 'MANUAL' if vlan_enabled else 'NONE') -}}
{{ put('network_vlan_id', vlan_id if vlan_enabled else 0) -}}
{{ put('network_vlan_qos', (vlan_priority or 0) if vlan_enabled else 0) -}}
{{ put('pc_vlan_id', vlan_pc_port_id if vlan_enabled else none) -}}
{% endif -%}
{{ put('transport_udp_enabled', 1 if sip_transport == 'udp' else 0) -}}
{{ put('transport_tcp_enabled', 1 if sip_transport == 'tcp' else 0) -}}
{{ put('transport_tls_allowed', 1 if sip_transport == 'tls' else 0) -}}
{% endblock -%}
{% block clock -%}
{% if timezone is not none -%}
{{ put('time_zone', timezone) -}}
{% endif -%}
{{ put('time_source', 'ntp') -}}
{% if ntp_enabled -%}
{{ put('ntp_server', ntp_ip) -}}
{{ put('ntp_resync', 86400) -}}
{% endif -%}
{% endblock -%}
{% block tongue -%}
{% if locale is not none -%}
{{ put('locale', locale) -}}
{% endif -%}
{% endblock -%}
{% block log -%}
{{ put('enable_logging', 1 if syslog_enabled else 0) -}}
{{ put('log_server', syslog_ip if syslog_enabled else none) -}}
{{ put('log_port', syslog_port if syslog_enabled else none) -}}
{% if syslog_enabled -%}
{{ put('log_level', tables.log_levels[syslog_level]) -}}
{% endif -%}
{% endblock -%}
{% block contacts -%}
{{ put('blf_contact_group', 'Default') -}}
{{ put('enable_blf_on_unused_line_keys', 0 if positions else 1) -}}
{{ put('contacts_max_subscriptions', 40) }}
  <contacts url="{{ http }}/Digium/{{ mac }}-contacts.xml" id="internal"/>
{%- endblock -%}
{% block keys -%}
{% if positions %}
  <smart_blf>
    <blf_items>
{%- for number in range(1, phone.side_keys + phone.lines - ns.used + 1) if funckeys.get(number | string) and (funckeys[number | string].value or exten_park) -%}
{% set beside = number <= phone.side_keys %}
      <blf_item location="{{ 'side' if beside else 'main' }}" index="{{ number - 1 if beside else ns.used + number - phone.side_keys - 1 }}" paging="1" contact_id="key-{{ number }}"/>
{%- endfor %}
    </blf_items>
  </smart_blf>
{%- endif -%}
{% endblock %}
  <accounts>
{%- block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set spare = line.backup_proxy_ip or sip_backup_proxy_ip -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set mailbox = line.voicemail or exten_voicemail -%}
{% set srtp = line.srtp_mode or sip_srtp_mode %}
    <account index="{{ number - 1 }}" status="1" register="1" account_id="{{ line.username }}" username="{{ line.username }}" authname="{{ line.auth_username }}" password="{{ line.password }}" line_label="{{ line.number or line.display_name }}" caller_id="{{ line.display_name }}" dial_plan="x.T6" visual_voicemail="0" voicemail="{% if mailbox %}sip:{{ mailbox }}@{{ proxy }}{% endif %}" needMwiSubscription="{{ 1 if sip_subscribe_mwi else 0 }}" outbound_proxy="{{ outbound }}" outbound_port="{{ (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) or tables.ports[sip_transport] if outbound else none }}" conflict="replace">
{{- host('host_primary', proxy, line.proxy_port or sip_proxy_port, srtp) -}}
{% if spare -%}
{{ host('host_alternate', spare, line.backup_proxy_port or sip_backup_proxy_port, srtp) -}}
{% endif %}
    </account>
{%- else %}
    <account index="{{ number - 1 }}" status="0" register="0"
{%- for field in tables.idle.account %} {{ field }}=""{% endfor %}/>
{%- endif -%}
{% endfor -%}
{% endblock %}
  </accounts>
{%- block firmware -%}
{% set row = (X_digium_firmware | default({})).get(device.model) -%}
{% if row %}
  <firmwares>
    <firmware model="{{ device.model }}" version="{{ row[0] }}" url="{{ http }}/{{ row[1] }}"/>
  </firmwares>
{%- endif -%}
{% endblock %}
</config>
