{#- One setting of SIPDefault.cnf and SIP<MAC>.cnf. A value stands in quotes, because "#" and ";" begin comments outside
    of them; how a quotation mark is written there is not known: a value with one goes without quotes if it can, else
    with apostrophes. -#}
{% macro put(name, value) -%}
{% set text = '' if value is none else value | string -%}
{% if '"' not in text -%}
{{ name }}: "{{ text }}"
{% elif '#' in text or ';' in text or text != text | trim or text.startswith('"') -%}
{{ name }}: "{{ text | replace('"', "'") }}"
{% else -%}
{{ name }}: {{ text }}
{% endif -%}
{% endmacro -%}
