{#- For all 7940 and 7960 on SIP firmware; SIP<MAC>.cnf comes after it and wins. Nothing here may be a secret. -#}
{% include 'sip_settings.tpl' -%}
