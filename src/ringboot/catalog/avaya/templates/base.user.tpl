{#- 11xx and 12xx: NAME value, at most 80 characters a line. MAX_LOGINS keeps the phone from lines that are gone. -#}
{% macro put(name, value) -%}
{{ name }} {{ value }}
{% endmacro -%}

{% if not phone.script -%}
{% set ns = namespace(used=1) -%}
{% for number in range(1, phone.lines + 1) if number | string in sip_lines -%}
{% set ns.used = number -%}
{% endfor -%}
{% block access -%}
{% if admin_password is not none -%}
{{ put('ADMIN_PASSWORD', admin_password) -}}
{{ put('ADMIN_PASSWORD_EXPIRY', 0) -}}
{% endif -%}
{% endblock -%}
{% block clock -%}
{{ put('SNTP_ENABLE', 'YES' if ntp_enabled else 'NO') -}}
{% if ntp_enabled -%}
{{ put('SNTP_SERVER', ntp_ip) -}}
{% endif -%}
{% if zone is not none -%}
{{ put('TIMEZONE_OFFSET', zone.offset) -}}
{{ put('FORCE_TIME_ZONE', 'YES') -}}
{% endif -%}
{% if locale is not none -%}
{{ put('DEF_LANG', tables.languages.get(locale[:2], 'English')) -}}
{% endif -%}
{% endblock -%}
{% block lines -%}
{{ put('MAX_LOGINS', ns.used) -}}
{{ put('AUTOLOGIN_ENABLE', 'USE_AUTOLOGIN_ID' if sip_lines else 'NO') -}}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set port = line.proxy_port or sip_proxy_port or tables.ports[sip_transport] -%}
{% set spare = line.backup_proxy_ip or sip_backup_proxy_ip or proxy -%}
{% set refuge = (line.backup_proxy_port or sip_backup_proxy_port or tables.ports[sip_transport]) if spare != proxy else port -%}
{{ put('SIP_DOMAIN' ~ number, proxy) -}}
{% for which, host, door in [(1, proxy, port), (2, spare, refuge)] -%}
{{ put('SERVER_IP' ~ number ~ '_' ~ which, host) -}}
{{ put('SERVER_PORT' ~ number ~ '_' ~ which, door if sip_transport == 'udp' else 0) -}}
{{ put('SERVER_TCP_PORT' ~ number ~ '_' ~ which, door if sip_transport == 'tcp' else 0) -}}
{{ put('SERVER_TLS_PORT' ~ number ~ '_' ~ which, door if sip_transport == 'tls' else 0) -}}
{% endfor -%}
{{ put('AUTOLOGIN_ID_KEY0' ~ number, line.username ~ '@' ~ proxy) -}}
{{ put('AUTOLOGIN_AUTHID_KEY0' ~ number, line.auth_username) -}}
{{ put('AUTOLOGIN_PASSWD_KEY0' ~ number, line.password) -}}
{% endif -%}
{% endfor -%}
{% set first = sip_lines.get('1') -%}
{% set mailbox = (first.voicemail if first else none) or exten_voicemail -%}
{% if mailbox -%}
{{ put('VMAIL', mailbox) -}}
{{ put('VMAIL_DELAY', 300) -}}
{% endif -%}
{{ put('SRTP_ENABLED', 'YES' if ((first.srtp_mode if first else none) or sip_srtp_mode) != 'disabled' else 'NO') -}}
{% endblock -%}
{% endif -%}
