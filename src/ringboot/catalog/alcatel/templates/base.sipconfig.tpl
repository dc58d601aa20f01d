{#- An IP Touch: one account. A name without a value takes the phone's own value back. -#}
{% set line = sip_lines.get('1') -%}
{% macro put(name, value) -%}
{{ name }}={{ value }}
{% endmacro -%}

{% macro day(at) -%}
{# Month, day and hour; the day is the middle of the week in which the clock changes. -#}
{{ '%02d%02d%02d' | format(at.month, tables.last_week[at.month - 1] if at.week == 5 else at.week * 7 - 3, [[at.seconds // 3600, 0] | max, 23] | min) }}
{%- endmacro -%}

{% macro server(name, number, address, port) -%}
{{ put(name ~ number ~ '_addr', address) -}}
{{ put(name ~ number ~ '_port', port or 5060 if address else none) -}}
{% endmacro -%}

{% if phone.text -%}
{% set proxy = (line.proxy_ip if line else none) or sip_proxy_ip -%}
{% set spare = (line.backup_proxy_ip if line else none) or sip_backup_proxy_ip -%}
{% set registrar = (line.registrar_ip if line else none) or sip_registrar_ip or proxy -%}
{% set refuge = (line.backup_registrar_ip if line else none) or sip_backup_registrar_ip or spare -%}
{% set mailbox = (line.voicemail if line else none) or exten_voicemail -%}
[dns]
{{ put('dns_addr', dns_ip if dns_enabled else proxy) -}}
[sip]
{{ put('domain_name', proxy) -}}
{{ server('proxy', '', proxy, (line.proxy_port if line else none) or sip_proxy_port) -}}
{{ server('registrar', '', registrar, (line.registrar_port if line else none) or sip_registrar_port) -}}
{{ server('outbound_proxy', '', (line.outbound_proxy_ip if line else none) or sip_outbound_proxy_ip,
    (line.outbound_proxy_port if line else none) or sip_outbound_proxy_port) -}}
{{ server('proxy', 2, spare, (line.backup_proxy_port if line else none) or sip_backup_proxy_port) -}}
{{ server('registrar', 2, refuge, (line.backup_registrar_port if line else none) or sip_backup_registrar_port) -}}
{{ put('sip_transport_mode', tables.transports[sip_transport]) -}}
{{ put('authentication_realm', proxy) -}}
{{ put('authentication_name', line.auth_username if line else 'none') -}}
{{ put('authentication_password', line.password if line else none) -}}
{{ put('user_name', line.username if line else none) -}}
{{ put('display_name', line.display_name if line else none) -}}
{{ put('voice_mail_uri', mailbox) -}}
{{ put('message_waiting_indication_uri', mailbox if sip_subscribe_mwi else none) -}}
[sntp]
{{ put('sntp_addr', ntp_ip if ntp_enabled else none) -}}
{% if zone is not none -%}
{{ put('timezone', 'UT::' ~ zone.offset // 60 ~ ':' ~ (day(zone.dst.start) ~ ':' ~ day(zone.dst.end) if zone.dst else ':')) -}}
{% endif -%}
[telnet]
{{ put('telnet_password', admin_password) -}}
[audio]
{{ put('tone_country', tables.tones.get((locale or 'en')[:2], 0)) -}}
{{ put('dtmf_type', tables.dtmf.get((line.dtmf_mode if line else none) or sip_dtmf_mode, 0)) -}}
[appl]
{{ put('admin_password', admin_password) -}}
{{ put('remote_forward_code', exten_fwd_unconditional) -}}
{{ put('remote_forward_deactive_code', exten_fwd_disable_all) -}}
{% for number in range(1, phone.keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% set target = (key.value or exten_park if key.type == 'park' else key.value) if key else none -%}
{{ put('speed_dial_' ~ number ~ '_first_name', none) -}}
{{ put('speed_dial_' ~ number ~ '_last_name', key.label or target if target else none) -}}
{{ put('speed_dial_' ~ number ~ '_uri', target) -}}
{% endfor -%}
{% endif -%}
