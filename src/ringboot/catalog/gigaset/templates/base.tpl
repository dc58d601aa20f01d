{#- Three families read three forms of XML; [models] says which a device is of. -#}
{% if phone.family == 'nvm' -%}
{% include 'nvm.tpl' %}
{%- elif phone.family == 'symbols' -%}
{% include 'symbols.tpl' %}
{%- else -%}
{% include 'names.tpl' %}
{%- endif %}
