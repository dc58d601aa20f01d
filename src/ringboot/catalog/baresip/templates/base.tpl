{#- One line for each account; baresip has no others than these. -#}
{#- What would end a line, and what would end a word of it. -#}
{% set breaks = '\n\r\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029' -%}
{% set ends = breaks ~ ' \t"<>;@' -%}
{% set transport = sip_transport or 'udp' -%}
# Accounts of {{ device.id }}
{% for line in sip_lines.values() | selectattr('username') -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set proxy_port = line.proxy_port or sip_proxy_port -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy -%}
{% set port = line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else none) -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set outbound_port = line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port -%}
{% set route = outbound or (proxy if proxy != registrar else none) -%}
{% set route_port = outbound_port if outbound else proxy_port -%}
{% set name = (line.display_name or line.number) | refusing(breaks) -%}
{% set srtp = tables.srtp[line.srtp_mode or sip_srtp_mode] -%}
{% if name %}"{{ name | replace('"', "'") | replace('<', '') | replace('>', '') | replace('\\', '') }}" {% endif -%}
<sip:{{ line.username | refusing(ends) }}@{{ registrar | refusing(ends) }}{% if port %}:{{ port }}{% endif %};transport={{ transport }}>
{{- ';auth_user="' }}{{ line.auth_username | refusing(breaks ~ '"') }}{{ '";auth_pass="' }}{{ line.password | refusing(breaks ~ '"') }}{{ '"' -}}
{% if route %};outbound="sip:{{ route | refusing(ends) }}{% if route_port %}:{{ route_port }}{% endif %};transport={{ transport }}"{% endif -%}
{% if srtp %};mediaenc={{ srtp }}{% endif -%}
;dtmfmode={{ 'info' if (line.dtmf_mode or sip_dtmf_mode) == 'SIP-INFO' else 'rtpevent' }};mwi={{ 'yes' if sip_subscribe_mwi else 'no' }};regint=600
{% endfor %}
