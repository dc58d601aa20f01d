{% if boot.state == "installing" and X_boot_answers | default("") -%}
{{ X_boot_answers | replace("{once}", boot.once or "") | replace("{home}", boot.home or "") | replace("{http}", http) }}
{% endif -%}
