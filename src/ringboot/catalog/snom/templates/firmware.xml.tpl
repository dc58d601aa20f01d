{#- Which firmware the phones of one model shall run; there is no such file while nobody has said so. -#}
{% set file = (X_snom_firmware | default({})).get(path | replace('snom', '') | replace('-firmware.xml', '')) -%}
{% if file -%}
<?xml version="1.0" encoding="utf-8"?>
<firmware-settings>
  <firmware perm="">{{ http }}/{{ file }}</firmware>
</firmware-settings>
{% endif -%}
