{#- The whole configuration of one gateway, as commands. It takes the place of the one before it, so nothing stays behind;
    sockets that have no line are shut down all the same. -#}
{% set relay = tables.relays.get(sip_dtmf_mode) or tables.relays['RTP-out-of-band'] -%}
{% set transport = tables.transports[sip_transport] -%}

{% macro word(value) -%}
"{{ value if '"' not in value else value | replace('"', "'") }}"
{%- endmacro -%}

{% macro offset(seconds) -%}
{{ '+' if seconds >= 0 else '-' }}{{ '%02d:%02d' | format((seconds | abs) // 3600, (seconds | abs) % 3600 // 60) }}
{%- endmacro -%}

{% macro change(at) -%}
{% set moment = [[at.seconds, 0] | max, 86340] | min -%}
{{ '%02d:%02d' | format(moment // 3600, moment % 3600 // 60) }} {{ tables.names.months[at.month - 1] }}
{{- ' ' ~ tables.names.weeks[at.week - 1] }} {{ tables.names.weekdays[at.weekday] }}
{%- endmacro -%}

{% set ns = namespace(servers=[], of={}) -%}
{% for number in range(1, phone.lines + 1) if number | string in sip_lines -%}
{% set line = sip_lines[number | string] -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set server = (
    line.registrar_ip or sip_registrar_ip or proxy, line.registrar_port or sip_registrar_port or 5060,
    line.outbound_proxy_ip or sip_outbound_proxy_ip or proxy,
    (line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port if sip_outbound_proxy_ip
        else line.proxy_port or sip_proxy_port) or 5060,
) -%}
{% set ns.servers = ns.servers if server in ns.servers else ns.servers + [server] -%}
{% set ns.of = dict(ns.of, **{number | string: ns.servers.index(server) + 1}) -%}
{% endfor -%}

cli version 3.20
{% block access -%}
{% if admin_password is not none -%}
administrator {{ word(admin_username or 'admin') }} password {{ word(admin_password) }}
{% endif -%}
{% if user_password is not none -%}
operator {{ word(user_username or 'user') }} password {{ word(user_password) }}
{% endif -%}
{% endblock -%}
{% block clock -%}
{% if zone is not none -%}
clock local default-offset {{ offset(zone.offset) }}
{% if zone.dst -%}
clock local dst-rule SUMMER {{ offset(zone.offset + zone.dst.save) }} from {{ change(zone.dst.start) }} until {{ change(zone.dst.end) }}
{% endif -%}
{% endif -%}
{% if ntp_enabled -%}
sntp-client
sntp-client server primary {{ ntp_ip }} port 123 version 4
{% else -%}
no sntp-client
{% endif -%}
{% endblock -%}
{% block network -%}
{% if dns_enabled -%}
dns-client server {{ dns_ip }}
{% endif -%}
{% endblock -%}
{% block log -%}
{% if syslog_enabled -%}
syslog-client
  remote {{ syslog_ip }} {{ syslog_port }}
    facility sip severity {{ tables.log_levels[syslog_level] }}
{% else -%}
no syslog-client
{% endif -%}
{% endblock -%}
{% block provisioning -%}
profile provisioning PF_CONFIGURATION
  destination configuration
  location 1 {{ http }}/$(system.mac).cfg
  activation reload graceful
timer DAILY now + 1 day every 1 day "provisioning execute PF_CONFIGURATION"
{% endblock -%}
{% block speech -%}
profile voip default
  codec 1 g711alaw64k rx-length 20 tx-length 20
  codec 2 g711ulaw64k rx-length 20 tx-length 20
  {{ relay }}
{% endblock -%}
context ip router
  interface eth0
    ipaddress dhcp
{% block calls -%}
context cs switch
  routing-table called-e164 RT_IN
{% for number in ns.of -%}
{{ '    ' }}route {{ word(sip_lines[number].username) }} dest-interface IF_FXS_{{ number | int - 1 }}
{% endfor -%}
{% for registrar, registrar_port, host, port in ns.servers -%}
{{ '  ' }}interface sip IF_SIP_{{ loop.index }}
    bind context sip-gateway GW_SIP
    route call dest-table RT_IN
    remote {{ host }} {{ port }}
{% endfor -%}
{% for number in ns.of -%}
{% set line = sip_lines[number] -%}
{{ '  ' }}interface fxs IF_FXS_{{ number | int - 1 }}
    route call dest-interface IF_SIP_{{ ns.of[number] }}
    message-waiting-indication stutter-dial-tone
    call-transfer
    subscriber-number {{ word(line.username) }}
{% endfor -%}
context cs switch
  no shutdown
{% endblock -%}
{% block lines -%}
authentication-service AUTH
{% for number in ns.of -%}
{{ '  ' }}username {{ word(sip_lines[number].auth_username) }} password {{ word(sip_lines[number].password) }}
{% endfor -%}
{% for registrar, registrar_port, host, port in ns.servers -%}
{% set server = loop.index -%}
location-service LOC_{{ server }}
  domain 1 {{ registrar }} {{ registrar_port }}
{% for number in ns.of if ns.of[number] == server -%}
{% set line = sip_lines[number] -%}
{{ '  ' }}identity {{ word(line.username) }}
    display-name {{ word(line.display_name or line.username) }}
    authentication outbound
      authenticate 1 authentication-service AUTH username {{ word(line.auth_username) }}
    registration outbound
      registrar {{ registrar }} {{ registrar_port }}
      preferred-transport-protocol {{ transport }}
      register auto
    call outbound
      preferred-transport-protocol {{ transport }}
{% if sip_subscribe_mwi -%}
{{ '    ' }}message inbound
      message-server {{ registrar }}
      subscribe explicit
{% endif -%}
{% endfor -%}
{% endfor -%}
context sip-gateway GW_SIP
  interface IF_GW
    bind interface eth0 context router port 5060
context sip-gateway GW_SIP
{% for server in ns.servers -%}
{{ '  ' }}bind location-service LOC_{{ loop.index }}
{% endfor -%}
{{ '  ' }}notify check-sync accept
  no shutdown
{% endblock -%}
{% block ports -%}
port ethernet 0 0
  medium auto
  encapsulation ip
{% if vlan_enabled -%}
{{ '  ' }}vlan {{ vlan_id }}
    encapsulation ip
    bind interface eth0 router
    no shutdown
{% else -%}
{{ '  ' }}bind interface eth0 router
{% endif -%}
port ethernet 0 0
  no shutdown
{% for number in range(1, phone.lines + 1) -%}
port fxs 0 {{ number - 1 }}
{% if number | string in sip_lines -%}
{{ '  ' }}use profile fxs {{ 'us' if (locale or '')[3:] in tables.electric.us else 'etsi' }}
  encapsulation cc-fxs
  bind interface IF_FXS_{{ number - 1 }} switch
  no shutdown
{% else -%}
{{ '  ' }}shutdown
{% endif -%}
{% endfor -%}
{% endblock -%}
