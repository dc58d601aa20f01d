{#- What a new phone of a model reads first: only where its own file is. The phone puts its MAC for the word in braces. -#}
{% set cr = '\r' | safe -%}
# {{ 'PCC' if 'TGP5' in path else 'Panasonic SIP Phone' }} Standard Format File # DO NOT CHANGE THIS LINE!{{ cr }}
CFG_STANDARD_FILE_PATH="{{ http }}/Panasonic/Config{{ '{MAC}' }}.cfg"{{ cr }}
{{ cr }}
