{#- What a phone asks for first: it only says where the rest is. -#}
<?xml version="1.0" encoding="utf-8"?>
<setting-files>
  <file url="{{ http }}/{{ MAC }}.xml"/>
{%- if phone.type != 'dect' and (X_snom_firmware | default({})).get(device.model) %}
  <file url="{{ http }}/snom{{ device.model }}-firmware.xml"/>
{%- endif %}
</setting-files>
