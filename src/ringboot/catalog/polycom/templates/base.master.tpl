{#- What a phone asks for first: it says which firmware to run and which files to read, the first of which wins. -#}
{% set firmware = (X_polycom_firmware | default({})).get(device.model) -%}
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<APPLICATION APP_FILE_PATH="{{ firmware }}" CONFIG_FILES="{{ mac }}-user.cfg, common.cfg" MISC_FILES="" LOG_FILE_DIRECTORY="" OVERRIDES_DIRECTORY="" CONTACTS_DIRECTORY=""/>
