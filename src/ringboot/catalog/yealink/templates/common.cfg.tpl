#!version:1.0.0.1
{#- For all phones of one model number: every y0000000000NN.cfg holds this. Nothing here may be a secret.
    Firmware 81 and later puts "static." before these names; a phone passes over the spelling that it does not know. -#}
{% for era in ['', 'static.'] %}
{{ era }}auto_provision.server.url = {{ http }}/
{{ era }}auto_provision.power_on = 1
{{ era }}auto_provision.repeat.enable = 1
{{ era }}auto_provision.repeat.minutes = 1440
{{ era }}zero_touch.enable = 0
{%- endfor %}
