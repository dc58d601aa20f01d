{#- One station: one account, and what its keys call. -#}
{% set line = sip_lines.get('1') -%}
{% macro put(name, value) -%}
{{ name }}={{ value }}
{% endmacro -%}

{% block lines -%}
[sip]
{{ put('nick_name', line.display_name if line else none) -}}
{{ put('sip_id', line.username if line else none) -}}
{{ put('sip_domain', (line.registrar_ip or sip_registrar_ip or line.proxy_ip or sip_proxy_ip) if line else none) -}}
{{ put('sip_domain2', (line.backup_registrar_ip or sip_backup_registrar_ip or line.backup_proxy_ip or sip_backup_proxy_ip) if line else none) -}}
{{ put('auth_user', line.auth_username if line else none) -}}
{{ put('auth_pwd', line.password if line else none) -}}
{% endblock -%}
{% block keys -%}
[call]
{% for number in range(1, phone.keys + 1) -%}
{% set key = funckeys.get(number | string) -%}
{% set target = (key.value or (exten_park if key.type == 'park' else none)) if key else none -%}
{{ put('speeddial_' ~ number ~ '_c1', 'C ' ~ target if target else none) -}}
{% endfor -%}
{% endblock -%}
