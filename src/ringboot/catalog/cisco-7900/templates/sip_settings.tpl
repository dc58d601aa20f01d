{#- What SIPDefault.cnf says for all and SIP<MAC>.cnf for one: everything but accounts and passwords. -#}
{% from 'put.tpl' import put -%}
{% set dates = tables.dates.get(locale, 'D/M/Y') -%}

{{ put('proxy_register', 1) -}}
{{ put('proxy_backup', sip_backup_proxy_ip) -}}
{{ put('proxy_backup_port', sip_backup_proxy_port or 5060) -}}
{{ put('outbound_proxy', sip_outbound_proxy_ip) -}}
{{ put('outbound_proxy_port', sip_outbound_proxy_port or 5060) -}}
{{ put('timer_register_expires', 3600) -}}
{{ put('dtmf_inband', 1 if sip_dtmf_mode == 'RTP-in-band' else 0) -}}
{{ put('dtmf_outofband', 'none' if sip_dtmf_mode == 'RTP-in-band' else 'avt') -}}
{{ put('dtmf_avt_payload', 101) -}}
{{ put('dial_template', 'dialplan') -}}
{{ put('messages_uri', exten_voicemail) -}}
{{ put('telnet_level', 0) -}}
{{ put('directory_url', X_directory_url | default('')) -}}
{{ put('services_url', X_services_url | default('')) -}}
{{ put('logo_url', '') -}}
{{ put('date_format', dates | replace('A', '')) -}}
{{ put('time_format_24hr', 0 if 'A' in dates else 1) -}}
{{ put('sntp_mode', 'unicast') -}}
{{ put('sntp_server', ntp_ip if ntp_enabled else '0.0.0.0') -}}
{% if zone is not none -%}
{% set minutes = zone.offset // 60 -%}
{% set west = -minutes if minutes < 0 else minutes -%}
{{ put('time_zone', tables.clock.names.get(minutes | string) or '%s%02d/%02d' | format('-' if minutes < 0 else '+', west // 60, west % 60)) -}}
{{ put('dst_auto_adjust', 1 if zone.dst else 0) -}}
{% if zone.dst -%}
{% set save = zone.dst.save // 60 -%}
{{ put('dst_offset', save // 60 if save % 60 == 0 else '%02d/%02d' | format(save // 60, save % 60)) -}}
{% for name, change in [('start', zone.dst.start), ('stop', zone.dst.end)] -%}
{# A time lies between 00:00 and 23:59: the end of a day is its last minute. -#}
{% set minute = [[change.seconds // 60, 0] | max, 1439] | min -%}
{{ put('dst_' ~ name ~ '_month', tables.clock.months[change.month - 1]) -}}
{{ put('dst_' ~ name ~ '_day', '0') -}}
{{ put('dst_' ~ name ~ '_day_of_week', tables.clock.days[change.weekday]) -}}
{{ put('dst_' ~ name ~ '_week_of_month', 8 if change.week == 5 else change.week) -}}
{{ put('dst_' ~ name ~ '_time', '%02d:%02d' | format(minute // 60, minute % 60)) -}}
{% endfor -%}
{% endif -%}
{% endif -%}
