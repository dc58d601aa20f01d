{% from 'told.tpl' import told with context -%}
{% if boot.state == "installing" and X_boot_answers | default("") -%}
{{ told(X_boot_answers) }}
{% endif -%}
