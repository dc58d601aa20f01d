{#- SIP<MAC>.cnf: what a 7940 or 7960 on SIP firmware reads after SIPDefault.cnf. One whose model is not known asks for it
    too. One that shall speak SCCP finds here only the load that makes it do so. -#}
{% from 'put.tpl' import put -%}
{% set load = X_cisco_load | default('') -%}
{% if phone.sip_file or device.model not in models -%}
{% if load -%}
{{ put('image_version', load) -}}
{% endif -%}
{% if protocol != 'SCCP' -%}
{% include 'sip_settings.tpl' -%}
{% if X_xivo_phonebook_ip and not X_directory_url | default(none) -%}
directory_url: "{{ X_xivo_phonebook_scheme }}://{{ X_xivo_phonebook_ip }}:{{ X_xivo_phonebook_port }}/0.1/directories/menu/{{ X_xivo_phonebook_profile }}/cisco?xivo_user_uuid={{ X_xivo_user_uuid }}"
{% endif -%}
{% set first = sip_lines.values() | first if sip_lines else none -%}
{{ put('phone_label', (first.number or first.username) if first else none) -}}
{% if admin_password is not none -%}
{{ put('phone_password', admin_password) -}}
{% endif -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set name = 'line' ~ number -%}
{% set proxy = (line.proxy_ip or sip_proxy_ip) if line else none -%}
{{ put('proxy' ~ number ~ '_address', proxy) -}}
{{ put('proxy' ~ number ~ '_port', ((line.proxy_port or sip_proxy_port) if line else none) or 5060) -}}
{{ put(name ~ '_name', line.username if line else none) -}}
{{ put(name ~ '_shortname', (line.number or line.username) if line else none) -}}
{{ put(name ~ '_displayname', line.display_name if line else none) -}}
{{ put(name ~ '_authname', (line.auth_username or line.username) if line else 'UNPROVISIONED') -}}
{{ put(name ~ '_password', line.password if line else 'UNPROVISIONED') -}}
{% endfor -%}
{% endif -%}
{% endif -%}
