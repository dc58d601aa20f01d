{% from 'told.tpl' import told with context -%}
{% if boot.state == "installing" and X_boot_user_data | default("") -%}
{{ told(X_boot_user_data) }}
{% endif -%}
