{#- The file of one phone. A model's template extends this one and says what its keys do while nobody has set them.
    What the configuration leaves open is left to the phone, to DHCP and to the switch. -#}
{% set preset = preset | default(phone.preset) -%}
{% set language = (locale or 'en_US')[:2] -%}
{% set words = tables.words.get(language, tables.words.en) -%}
{% set port = 5061 if sip_transport == 'tls' else 5060 -%}

{% macro put(name, value) -%}
{# A "#" begins a comment unless the value stands in quotes. -#}
{% if value is none or value == '' -%}
{{ name }}:
{% elif '#' in value | string -%}
{{ name }}: "{{ value }}"
{% else -%}
{{ name }}: {{ value }}
{% endif -%}
{% endmacro -%}

{% macro server(name, address, number) -%}
{{ name }} ip: {{ address or '0.0.0.0' }}
{{ name }} port: {{ number or port }}
{% endmacro -%}

{% block provisioning -%}
dhcp: 1
download protocol: HTTP
http server: {{ http[7:].rsplit(':', 1)[0] }}
http port: {{ http.rsplit(':', 1)[1] }}
http path: Aastra
{% endblock -%}

{% block access -%}
{% if admin_password is not none -%}
{{ put('admin password', admin_password) -}}
{% endif -%}
{% if user_password is not none -%}
{{ put('user password', user_password) -}}
{% endif -%}
{% endblock -%}

{% block network -%}
{% if dns_enabled -%}
dns1: {{ dns_ip }}
{% endif -%}
{% if vlan_enabled -%}
tagging enabled: 1
vlan id: {{ vlan_id }}
{% if vlan_priority is not none -%}
priority non-ip: {{ vlan_priority }}
tos priority map: (26,{{ vlan_priority }})(46,{{ vlan_priority }})
{% endif -%}
{% if phone.pc_port -%}
vlan id port 1: {{ 4095 if vlan_pc_port_id is none else vlan_pc_port_id }}
{% endif -%}
{% elif vlan_enabled is false -%}
tagging enabled: 0
{% endif -%}
{% endblock -%}

{% block clock -%}
time server disabled: {{ 1 if ntp_enabled is false else 0 }}
{% if ntp_enabled -%}
time server1: {{ ntp_ip }}
{% endif -%}
{% if zone is not none -%}
time zone name: Custom
time zone minutes: {{ -(zone.offset // 60) }}
{% if zone.dst is none -%}
dst config: 0
{% else -%}
dst config: 3
dst minutes: {{ [zone.dst.save // 60, 60] | min }}
dst [start|end] relative date: 1
{% for name, change in [('start', zone.dst.start), ('end', zone.dst.end)] -%}
dst {{ name }} month: {{ change.month }}
dst {{ name }} week: {{ -1 if change.week == 5 else change.week }}
dst {{ name }} day: {{ change.weekday + 1 }}
dst {{ name }} hour: {{ [[change.seconds // 3600, 0] | max, 23] | min }}
{% endfor -%}
{% endif -%}
{% endif -%}
{% endblock -%}

{% block tongue -%}
{% if locale is not none -%}
{% set tongue = tables.languages.get(locale) or tables.languages.get(language) -%}
time format: {{ 0 if locale in tables.clock.twelve_hours else 1 }}
tone set: {{ tables.tones.get(locale[3:], 'Europe') }}
{% if tongue -%}
language 1: i18n/{{ tongue.file }}
language: 1
web language: 1
input language: {{ tongue.input }}
{% else -%}
language: 0
web language: 0
input language: English
{% endif -%}
{% endif -%}
{% endblock -%}

{% block log -%}
log server ip: {{ syslog_ip if syslog_enabled else '0.0.0.0' }}
{% if syslog_enabled -%}
log server port: {{ syslog_port }}
{% for module in tables.log.modules -%}
log module {{ module }}: {{ tables.log.levels[syslog_level] }}
{% endfor -%}
{% endif -%}
{% endblock -%}

{% block sip -%}
sip transport protocol: {{ tables.sip.transport[sip_transport] }}
sips persistent tls: {{ 1 if sip_transport == 'tls' else 0 }}
{% if sip_servers_root_and_intermediate_certificates -%}
sips trusted certificates: {{ MAC }}-trusted_certs.crt
{% endif -%}
{{ server('sip proxy', sip_proxy_ip, sip_proxy_port) -}}
{{ server('sip registrar', sip_registrar_ip, sip_registrar_port or (sip_proxy_port if sip_registrar_ip == sip_proxy_ip else none)) -}}
{{ server('sip backup proxy', sip_backup_proxy_ip, sip_backup_proxy_port) -}}
{{ server('sip backup registrar', sip_backup_registrar_ip or sip_backup_proxy_ip, sip_backup_registrar_port or sip_backup_proxy_port) -}}
{# Persistent TLS goes to the outbound proxy only. -#}
sip outbound proxy: {{ sip_outbound_proxy_ip or (sip_proxy_ip if sip_transport == 'tls' else none) or '0.0.0.0' }}
sip outbound proxy port: {{ sip_outbound_proxy_port or port }}
sip out-of-band dtmf: {{ tables.sip.out_of_band.get(sip_dtmf_mode, 1) }}
sip dtmf method: {{ tables.sip.dtmf_method.get(sip_dtmf_mode, 0) }}
sip srtp mode: {{ tables.sip.srtp[sip_srtp_mode] }}
sip explicit mwi subscription: {{ 1 if sip_subscribe_mwi else 0 }}
{{ put('sip vmail', exten_voicemail) -}}
directed call pickup: {{ 1 if exten_pickup_call else 0 }}
{{ put('directed call pickup prefix', exten_pickup_call) -}}
{% endblock -%}

{% block directory -%}
{% if X_directory_url | default(none) -%}
{{ put('directory script', X_directory_url) -}}
{% elif X_xivo_phonebook_ip -%}
directory script: {{ X_xivo_phonebook_scheme }}://{{ X_xivo_phonebook_ip }}:{{ X_xivo_phonebook_port }}/0.1/directories/input/{{ X_xivo_phonebook_profile }}/aastra?xivo_user_uuid={{ X_xivo_user_uuid }}
{% else -%}
directory script:
{% endif -%}
{% endblock -%}

{% block lines -%}
{% set parks = funckeys.values() | selectattr('type', 'equalto', 'park') | selectattr('value') | list -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set name = 'sip line' ~ number -%}
{% if line -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set proxy_port = line.proxy_port or sip_proxy_port -%}
{% set registrar = line.registrar_ip or sip_registrar_ip -%}
{% set registrar_port = line.registrar_port or sip_registrar_port or (proxy_port if registrar == proxy else none) -%}
{% set backup = line.backup_proxy_ip or sip_backup_proxy_ip -%}
{% set backup_port = line.backup_proxy_port or sip_backup_proxy_port -%}
{% set refuge = line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or backup -%}
{% set refuge_port = line.backup_registrar_port or sip_backup_registrar_port or (backup_port if refuge == backup else none) -%}
{{ name }} mode: 0
{{ put(name ~ ' user name', line.username) -}}
{{ put(name ~ ' auth name', line.auth_username) -}}
{{ put(name ~ ' password', line.password) -}}
{{ put(name ~ ' display name', line.display_name) -}}
{{ put(name ~ ' screen name', line.display_name) -}}
{{ put(name ~ ' screen name 2', line.number) -}}
{{ server(name ~ ' proxy', proxy, proxy_port) -}}
{{ server(name ~ ' registrar', registrar, registrar_port) -}}
{{ server(name ~ ' backup proxy', backup, backup_port) -}}
{{ server(name ~ ' backup registrar', refuge, refuge_port) -}}
{% if line.outbound_proxy_ip -%}
{{ name }} outbound proxy: {{ line.outbound_proxy_ip }}
{{ name }} outbound proxy port: {{ line.outbound_proxy_port or port }}
{% endif -%}
{{ name }} dtmf method: {{ tables.sip.dtmf_method.get(line.dtmf_mode or sip_dtmf_mode, 0) }}
{{ name }} srtp mode: {{ tables.sip.srtp[line.srtp_mode or sip_srtp_mode] }}
{{ put(name ~ ' vmail', line.voicemail or exten_voicemail) -}}
{% if parks -%}
{{ put(name ~ ' park pickup config', parks[0].value ~ ';' ~ parks[0].value ~ ';asterisk') -}}
{% endif -%}
{% else -%}
{% for field in tables.idle_line.texts -%}
{{ name }} {{ field }}:
{% endfor -%}
{% for field in tables.idle_line.servers -%}
{{ name }} {{ field }} ip: 0.0.0.0
{% endfor -%}
{% endif -%}
{% endfor -%}
{% endblock -%}

{% macro a_key(name, type, value, label, line, labelled) -%}
{{ name }} type: {{ type }}
{% if value -%}
{{ put(name ~ ' value', value) -}}
{% endif -%}
{% if label and labelled -%}
{{ put(name ~ ' label', label) -}}
{% endif -%}
{% if line -%}
{{ name }} line: {{ line }}
{% endif -%}
{% endmacro -%}

{% macro idle_key(name, what, labelled) -%}
{% set codes = {'voicemail': exten_voicemail, 'forward': exten_fwd_unconditional, 'dnd': exten_dnd, 'pickup': exten_pickup_group} -%}
{% if codes.get(what) -%}
{{ a_key(name, 'speeddial', codes[what], words[what], 1, labelled) -}}
{% elif what is none or what in codes -%}
{{ name }} type: none
{% else -%}
{{ a_key(name, what, none, words[what], none, labelled) -}}
{% endif -%}
{% endmacro -%}

{% macro set_key(name, place, labelled, lamp) -%}
{% set key = funckeys.get(place | string) -%}
{% if not key -%}
{{ idle_key(name, preset[place - 1] if place <= preset | length else none, labelled) -}}
{% elif key.type == 'park' -%}
{{ a_key(name, 'park', 'asterisk;' ~ key.value if key.value else none, key.label or key.value, key.line or 1, labelled) -}}
{% else -%}
{{ a_key(name, 'speeddial' if key.type == 'blf' and not lamp else key.type, key.value, key.label or key.value, key.line or 1, labelled) -}}
{% endif -%}
{% endmacro -%}

{% block keys -%}
{# Function keys fill the programmable keys, then the upper softkeys, then the lower ones, then the modules. -#}
{% for number in range(1, phone.program_keys + 1) -%}
{{ set_key('prgkey' ~ number, number, false, true) -}}
{% endfor -%}
{% for number in range(1, phone.top_softkeys + 1) -%}
{{ set_key('topsoftkey' ~ number, phone.program_keys + number, true, true) -}}
{% endfor -%}
{# Most of the many keys do nothing: those are told first, since a macro for each takes its time. -#}
{% set printed = preset | length -%}
{% set upper = phone.program_keys + phone.top_softkeys -%}
{% for place in range(upper + 1, upper + phone.softkeys + 1) -%}
{% if place > printed and place | string not in funckeys -%}
softkey{{ place - upper }} type: none
{% else -%}
{{ set_key('softkey' ~ (place - upper), place, true, phone.softkey_lamps) -}}
{% endif -%}
{% endfor -%}
{% for module in range(1, phone.expansion + 1) -%}
{% set before = phone.keys + (module - 1) * phone.expansion_keys -%}
{% for place in range(before + 1, before + phone.expansion_keys + 1) -%}
{% if place > printed and place | string not in funckeys -%}
expmod{{ module }} key{{ place - before }} type: none
{% else -%}
{{ set_key('expmod' ~ module ~ ' key' ~ (place - before), place, true, true) -}}
{% endif -%}
{% endfor -%}
{% endfor -%}
{% endblock -%}
