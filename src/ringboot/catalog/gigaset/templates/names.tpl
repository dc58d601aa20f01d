{#- The older bases: one element a setting, whose class says what kind of value it is. The settings that no source lists for
    them are called as the symbols of the N510, without what stands before them. -#}
{% macro put(name, class, value) %}
    <{{ name }} class="{{ class }}" value="{{ value }}"/>
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<ProviderFrame xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="actc_provider.xsd">
  <Provider>
    <MAC_ADDRESS value="{{ MAC }}"/>
    <PROFILE_NAME class="string" value="PBX"/>
{{- put('B_AUTO_UPDATE_PROFILE', 'boolean', 'true') -}}
{{ put('I_ONESHOT_PROVISIONING_MODE_1', 'integer', 1) -}}
{{ put('I_CHECK_FOR_UPDATES_TIMER_INIT', 'integer', 1440) -}}
{{ put('I_DTMF_TX_MODE_BITS', 'integer', tables.tones_in_calls.get(sip_dtmf_mode, 2)) -}}
{% if ntp_enabled -%}
{{ put('S_TIME_NTP_SERVER', 'string', ntp_ip) -}}
{% endif -%}
{% if zone is not none -%}
{% set place = tables.zones.get((zone.offset // 60) | string) -%}
{% if place is not none -%}
{{ put('I_TIME_TIMEZONE', 'integer', place) -}}
{% endif -%}
{{ put('B_TIME_USE_AUTOMATIC_DST', 'boolean', 'true' if zone.dst else 'false') -}}
{% endif -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set proxy = (line.proxy_ip or sip_proxy_ip) if line else none -%}
{% set registrar = (line.registrar_ip or sip_registrar_ip or proxy) if line else none -%}
{{ put('B_SIP_ACCOUNT_IS_ACTIVE_' ~ number, 'boolean', 'true' if line else 'false') -}}
{% set pairs = [
    ('ACCOUNT_NAME', line.number or line.display_name), ('DISPLAYNAME', line.display_name), ('LOGIN_ID', line.auth_username),
    ('USER_ID', line.username), ('PASSWORD', line.password), ('DOMAIN', proxy), ('SERVER', proxy), ('REGISTRAR', registrar),
] if line else tables.idle.pairs -%}
{% for name, value in pairs -%}
{{ put('S_SIP_' ~ name ~ '_' ~ number, 'string', value) -}}
{% endfor -%}
{% set outbound = (line.outbound_proxy_ip or sip_outbound_proxy_ip) if line else none -%}
{% set mailbox = (line.voicemail or exten_voicemail) if line else none -%}
{{ put('S_OUTBOUND_PROXY_' ~ number, 'string', outbound) -}}
{{ put('I_OUTBOUND_PROXY_MODE_' ~ number, 'integer', 0 if outbound else 2) -}}
{{ put('S_VOIP_NET_AM_NUMBER_' ~ number, 'string', mailbox) -}}
{{ put('B_VOIP_NET_AM_ENABLED_' ~ number, 'boolean', 'true' if mailbox else 'false') -}}
{% if line -%}
{% set port = line.proxy_port or sip_proxy_port or 5060 -%}
{{ put('I_SIP_SERVER_PORT_' ~ number, 'integer', port) -}}
{{ put('I_SIP_REGISTRAR_PORT_' ~ number, 'integer', line.registrar_port or sip_registrar_port or (port if registrar == proxy else 5060)) -}}
{% endif -%}
{% endfor %}
  </Provider>
</ProviderFrame>
