{#- One softphone's whole file. What is not configured is written as off or empty. -#}
{% set breaks = '\n\r\0\x0b\x0c' -%}
{% set transport = sip_transport or 'udp' -%}
{% set used = sip_lines.values() | selectattr('username') | list -%}

{% macro put(name, value) %}
    <entry name="{{ name }}" overwrite="true">{{ value }}</entry>
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">
  <section name="sip">
{%- block sip -%}
{{ put('default_proxy', 0 if used else -1) -}}
{{ put('sip_port', -1) -}}
{{ put('sip_tcp_port', -1) -}}
{{ put('sip_tls_port', -1) -}}
{{ put('media_encryption', 'none' if sip_srtp_mode == 'disabled' else 'srtp') -}}
{{ put('media_encryption_mandatory', 1 if sip_srtp_mode == 'required' else 0) -}}
{{ put('use_info', 1 if sip_dtmf_mode == 'SIP-INFO' else 0) -}}
{{ put('use_rfc2833', 0 if sip_dtmf_mode == 'SIP-INFO' else 1) -}}
{% endblock %}
  </section>
{%- block accounts -%}
{% for number in range(phone.lines) -%}
{% set line = used[number] if number < used | length else none -%}
{% set proxy = (line.proxy_ip or sip_proxy_ip) if line else none -%}
{% set registrar = (line.registrar_ip or sip_registrar_ip or proxy) if line else none %}
  <section name="proxy_{{ number }}">
{%- if line -%}
{% set proxy_port = line.proxy_port or sip_proxy_port -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip -%}
{% set outbound_port = line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port -%}
{% set name = line.display_name | refusing(breaks) -%}
{% set shown = '"' ~ (name | replace('\\', '\\\\') | replace('"', '\\"')) ~ '" ' if name else '' -%}
{% set host = registrar | refusing(breaks) -%}
{% set register_port = line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else none) -%}
{{ put('reg_proxy', '<sip:' ~ host ~ (':' ~ register_port if register_port else '') ~ ';transport=' ~ transport ~ '>') -}}
{% set host = (outbound or proxy) | refusing(breaks) -%}
{% set port = outbound_port if outbound else proxy_port -%}
{{ put('reg_route', '<sip:' ~ host ~ (':' ~ port if port else '') ~ ';transport=' ~ transport ~ '>') -}}
{{ put('reg_identity', shown ~ '<sip:' ~ (line.username | refusing(breaks)) ~ '@' ~ registrar ~ '>') -}}
{{ put('reg_expires', 3600) -}}
{{ put('reg_sendregister', 1) -}}
{% else -%}
{% for entry in tables.idle.proxy %}{{ put(entry, none) }}{% endfor -%}
{% endif %}
  </section>
  <section name="auth_info_{{ number }}">
{%- if line -%}
{{ put('username', line.username) -}}
{{ put('userid', line.auth_username | refusing(breaks)) -}}
{{ put('passwd', line.password | refusing(breaks)) -}}
{{ put('domain', registrar) -}}
{% for entry in tables.idle.auth_info[4:] %}{{ put(entry, none) }}{% endfor -%}
{% else -%}
{% for entry in tables.idle.auth_info %}{{ put(entry, none) }}{% endfor -%}
{% endif %}
  </section>
{%- endfor -%}
{% endblock %}
  <section name="net">
{%- block net -%}
{{ put('mtu', 1300) -}}
{% endblock %}
  </section>
</config>
