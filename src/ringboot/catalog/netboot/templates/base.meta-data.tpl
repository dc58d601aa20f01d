{% if boot.state == "installing" and X_boot_user_data | default("") -%}
instance-id: {{ mac }}
{% endif -%}
