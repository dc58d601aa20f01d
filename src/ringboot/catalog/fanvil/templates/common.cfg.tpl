{#- For all phones: every model asks for a common file under a name of its own. Nothing here may be a secret. -#}
{% set body -%}
<AUTOUPDATE CONFIG MODULE>
Download CommonConf:1
Flash Server IP    :{{ http }}
Flash File Name    :$mac.cfg
Flash Protocol     :4
Flash Mode         :1
Flash Interval     :24
{% endset -%}
{{ '%-62s' | format('<<VOIP CONFIG FILE>>Version:2.' ~ '%010d' | format(body | checksum)) }}
{{ body -}}
<<END OF FILE>>
