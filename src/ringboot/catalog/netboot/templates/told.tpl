{# What a config says to its machine: {once}, {home} and {http} stand for addresses. -#}
{% macro told(text) -%}{{ text | replace("{once}", boot.once or "") | replace("{home}", boot.home or "") | replace("{http}", http) }}{%- endmacro -%}
