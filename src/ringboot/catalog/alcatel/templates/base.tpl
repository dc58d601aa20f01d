{#- The newer phones: settings by id. override="true" takes back what a user changed on the phone. -#}
{% macro put(name, value) %}
  <setting id="{{ name }}" value="{{ value }}" override="true"/>
{%- endmacro -%}

{% macro day(at) -%}
{# Month, day and hour; the day is the middle of the week in which the clock changes. -#}
{{ '%02d%02d%02d' | format(at.month, tables.last_week[at.month - 1] if at.week == 5 else at.week * 7 - 3, [[at.seconds // 3600, 0] | max, 23] | min) }}
{%- endmacro -%}

{% if not phone.text -%}
<?xml version="1.0" encoding="UTF-8"?>
<settings>
{%- block access -%}
{% if user_password is not none -%}
{{ put('WebUserPasswd', user_password) -}}
{% endif -%}
{% if admin_password is not none -%}
{{ put('DmAdminPasswd', admin_password) -}}
{% endif -%}
{% endblock -%}
{% block network -%}
{{ put('LocalEnetcfgDmUrl', http) -}}
{{ put('EdsEnetcfgDmUrl', http) -}}
{{ put('LocalAdmcfgRunMode', 'SIP') -}}
{{ put('SipAppRunMode', 0) -}}
{% if vlan_enabled is not none -%}
{{ put('LocalEnetcfgVlanEnabl', 'true' if vlan_enabled else 'false') -}}
{{ put('LocalEnetcfgVlan', vlan_id if vlan_enabled else none) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ put('LocalEnetcfgSntp', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{{ put('DmAdmcfgTimeZone', 'UT::' ~ zone.offset // 60 ~ ':' ~ (day(zone.dst.start) ~ ':' ~ day(zone.dst.end) if zone.dst else ':')) -}}
{% endif -%}
{% endblock -%}
{% block lines -%}
{{ put('TelephonyVmNumber', exten_voicemail) -}}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set proxy = (line.proxy_ip or sip_proxy_ip) if line else none -%}
{% set outbound = (line.outbound_proxy_ip or sip_outbound_proxy_ip) if line else none -%}
{% set server = 'SIPServer' ~ number -%}
{% set group = 'SIPGroup' ~ number -%}
{{ put(server ~ 'Address', proxy) -}}
{{ put(server ~ 'Port', line.proxy_port or sip_proxy_port or (5061 if sip_transport == 'tls' else 5060) if line else none) -}}
{{ put(server ~ 'TransportMode', sip_transport if line else none) -}}
{{ put(group ~ 'ServerType', 7 if line else none) -}}
{{ put(group ~ 'DomainName', proxy) -}}
{{ put(group ~ 'DeviceUri', line.username if line else none) -}}
{{ put(group ~ 'AuthenticationName', line.auth_username if line else none) -}}
{{ put(group ~ 'AuthenticationRealm', proxy) -}}
{{ put(group ~ 'AuthenticationPassword', line.password if line else none) -}}
{{ put(group ~ 'DisplayName', line.display_name if line else none) -}}
{{ put(group ~ 'LabelName', line.number or line.display_name if line else none) -}}
{{ put(group ~ 'OutBoundProxyAddress', outbound) -}}
{{ put(group ~ 'OutBoundProxyPort', (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port) or 5060 if outbound else none) -}}
{% endfor -%}
{% set main = sip_lines.get('1') -%}
{{ put('SIPMessageWaitingIndicationUri', (main.voicemail or exten_voicemail if main else none) if sip_subscribe_mwi else none) -}}
{% endblock -%}
{% block keys -%}
{% for number in range(1, phone.keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% set target = (key.value or exten_park if key.type == 'park' else key.value) if key else none -%}
{{ put('SIPUseDeviceKey' ~ number, ((key.line or 1) - 1) ~ ',' ~ number ~ ',1,' ~ (key.label or target) | replace(',', ' ') ~ ',' ~ target ~ ',0,' if target else none) -}}
{% endfor -%}
{% endblock %}
</settings>
{% endif -%}
