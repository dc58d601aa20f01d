{#- N510 and N720: symbols of the firmware. Texts stand in quotation marks inside the attribute; numbers are hexadecimal. -#}
{% macro text(name, value) %}
    <SYMB_ITEM ID="{{ name }}" class="symb_item" value='"{{ (value or '') | replace('"', "'") }}"'/>
{%- endmacro -%}

{% macro hex(name, value) %}
    <SYMB_ITEM ID="{{ name }}" class="symb_item" value="{{ '0x%x' | format(value) }}"/>
{%- endmacro -%}

{% macro switch(name, on) -%}
{{ hex(name, 1 if on else 0) }}
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<ProviderFrame xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{{ phone.schema }}.xsd">
  <Provider>
    <MAC_ADDRESS value="{{ MAC }}"/>
    <PROFILE_NAME class="string" value="{{ phone.schema }}"/>
{{- switch('BS_IP_Data.ucB_AUTO_UPDATE_PROFILE', true) -}}
{{ hex('BS_IP_Data3.ucI_ONESHOT_PROVISIONING_MODE_1', 1) -}}
{{ text('BS_IP_Data1.aucS_DATA_SERVER[0]', http | replace('http://', '')) -}}
{% if admin_password is not none and admin_password | length == 4 and admin_password.isdigit() %}
    <SYMB_ITEM ID="BS_CUSTOM.aucKdsPin[0]" class="symb_item" value="0x{{ admin_password[:2] }},0x{{ admin_password[2:] }}"/>
{%- endif -%}
{% if ntp_enabled -%}
{{ text('BS_IP_Data1.aucS_TIME_NTP_SERVER', ntp_ip) -}}
{% endif -%}
{% if zone is not none -%}
{% set place = tables.zones.get((zone.offset // 60) | string) -%}
{% if place is not none -%}
{{ hex('BS_IP_Data1.uiI_TIME_TIMEZONE', place) -}}
{% endif -%}
{{ switch('BS_IP_Data1.ucB_TIME_USE_AUTOMATIC_DST', zone.dst) -}}
{% endif -%}
{% if locale is not none -%}
{{ hex('BS_IP_Data1.ucI_HTTPLANGUAGE', tables.languages.get(locale[:2], tables.languages.en)) -}}
{{ hex('BS_AE_SwConfig.ucCountryCodeTone', tables.tones.get(locale[3:], 0)) -}}
{% endif -%}
{{ switch('BS_IP_Data1.ucB_DTMF_TX_MODE_AUTO', false) -}}
{{ hex('BS_IP_Data1.ucI_DTMF_TX_MODE_BITS', tables.tones_in_calls.get(sip_dtmf_mode, 2)) -}}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set proxy = (line.proxy_ip or sip_proxy_ip) if line else none -%}
{% set port = (line.proxy_port or sip_proxy_port or 5060) if line else 5060 -%}
{% set registrar = (line.registrar_ip or sip_registrar_ip or proxy) if line else none -%}
{% set outbound = (line.outbound_proxy_ip or sip_outbound_proxy_ip) if line else none -%}
{{ switch('BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_' ~ number, line) -}}
{{ text('BS_IP_Data1.aucS_SIP_ACCOUNT_NAME_' ~ number, line.number or line.display_name if line else none) -}}
{{ text('BS_IP_Data1.aucS_SIP_DISPLAYNAME_' ~ number, line.display_name if line else none) -}}
{{ text('BS_IP_Data3.aucS_SIP_LOGIN_ID_' ~ number, line.auth_username if line else none) -}}
{{ text('BS_IP_Data1.aucS_SIP_USER_ID_' ~ number, line.username if line else none) -}}
{{ text('BS_IP_Data1.aucS_SIP_PASSWORD_' ~ number, line.password if line else none) -}}
{{ text('BS_IP_Data1.aucS_SIP_DOMAIN_' ~ number, proxy) -}}
{{ text('BS_IP_Data1.aucS_SIP_SERVER_' ~ number, proxy) -}}
{{ text('BS_IP_Data1.aucS_SIP_REGISTRAR_' ~ number, registrar) -}}
{{ text('BS_IP_Data1.aucS_OUTBOUND_PROXY_' ~ number, outbound) -}}
{% if line -%}
{{ hex('BS_IP_Data1.uiI_SIP_SERVER_PORT_' ~ number, port) -}}
{{ hex('BS_IP_Data1.uiI_SIP_REGISTRAR_PORT_' ~ number, line.registrar_port or sip_registrar_port or (port if registrar == proxy else 5060)) -}}
{{ hex('BS_IP_Data1.ucI_OUTBOUND_PROXY_MODE_' ~ number, 0 if outbound else 2) -}}
{{ hex('BS_IP_Data1.uiI_OUTBOUND_PROXY_PORT_' ~ number, (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) or 5060) -}}
{% endif -%}
{{ text('BS_IP_Data1.aucS_VOIP_NET_AM_NUMBER_' ~ number, line.voicemail or exten_voicemail if line else none) -}}
{{ switch('BS_IP_Data1.ucB_VOIP_NET_AM_ENABLED_' ~ number, line and (line.voicemail or exten_voicemail)) -}}
{% if phone.masks -%}
{% set account = 'BS_Accounts.astAccounts[' ~ (number - 1) ~ '].' -%}
{{ text('BS_AE_Subscriber.stMtDat[' ~ (number - 1) ~ '].aucTlnName[0]', line.display_name if line else 'INT ' ~ number) -}}
{{ hex(account ~ 'uiSendMask', 2 ** (number - 1) if line else 0) -}}
{{ hex(account ~ 'uiReceiveMask', 2 ** (number - 1) if line else 0) -}}
{{ switch(account ~ 'ucState', line) -}}
{% endif -%}
{% endfor %}
  </Provider>
</ProviderFrame>
