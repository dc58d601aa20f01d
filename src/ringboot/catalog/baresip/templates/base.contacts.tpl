{#- Speed dials and lamps, at the registrar of the line that they belong to. -#}
# Contacts of {{ device.id }}
{% set breaks = '\n\r\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029' -%}
{% for number in range(1, phone.keys + 1) if funckeys.get(number | string) and (funckeys[number | string].value or exten_park) -%}
{% set key = funckeys[number | string] -%}
{% set target = key.value or exten_park -%}
{% set line = sip_lines.get((key.line or 1) | string) -%}
{% set host = (line.registrar_ip or line.proxy_ip if line else none) or sip_registrar_ip -%}
{% if host -%}
"{{ (key.label or target) | refusing(breaks) | replace('"', "'") | replace('<', '') | replace('>', '') | replace('\\', '') }}" <sip:{{ target | refusing(breaks ~ ' \t"<>;@') }}@{{ host | refusing(breaks ~ ' \t"<>;@') }}>{% if key.type == 'blf' %};presence=p2p{% endif %}
{% endif -%}
{% endfor %}
