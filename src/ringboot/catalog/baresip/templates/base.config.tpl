{#- Modules, and what is not an account's. -#}
# Configuration of {{ device.id }}
module_path /usr/lib/baresip/modules
{% for module in tables.config.modules -%}
module {{ module }}
{% endfor -%}
{% for module in tables.config.applications -%}
module_app {{ module }}
{% endfor -%}
audio_player alsa,default
audio_source alsa,default
audio_alert alsa,default
{% if dns_enabled and dns_ip -%}
dns_server {{ dns_ip | refusing('\n\r') }}:53
{% endif %}
