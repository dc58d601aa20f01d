{% if boot.state == "installing" and X_boot_user_data | default("") -%}
{{ X_boot_user_data | replace("{once}", boot.once or "") | replace("{home}", boot.home or "") | replace("{http}", http) }}
{% endif -%}
