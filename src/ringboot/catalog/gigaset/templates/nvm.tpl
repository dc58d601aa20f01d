{#- Multi-cell systems from the N610 to the N870. Servers are listed once (ten at most), and a handset names its own by number.
    Empty values are not written: the maker warns of them. Handsets that the file does not name are taken off the system. -#}
{% set ns = namespace(lines={}, servers=[]) -%}
{% for number in range(1, phone.lines + 1) if number | string in sip_lines -%}
{% set line = sip_lines[number | string] -%}
{% set proxy = line.proxy_ip or sip_proxy_ip -%}
{% set server = {
    'proxy': proxy,
    'proxy_port': line.proxy_port or sip_proxy_port,
    'registrar': line.registrar_ip or sip_registrar_ip or proxy,
    'registrar_port': line.registrar_port or sip_registrar_port
        or (line.proxy_port or sip_proxy_port if (line.registrar_ip or sip_registrar_ip or proxy) == proxy else none),
    'spare': line.backup_registrar_ip or line.backup_proxy_ip or sip_backup_registrar_ip or sip_backup_proxy_ip,
    'spare_port': line.backup_registrar_port or line.backup_proxy_port or sip_backup_registrar_port or sip_backup_proxy_port,
    'outbound': line.outbound_proxy_ip or sip_outbound_proxy_ip,
    'outbound_port': line.outbound_proxy_port if line.outbound_proxy_ip else sip_outbound_proxy_port,
    'tones': tables.tones_in_calls.get(line.dtmf_mode or sip_dtmf_mode, 2),
    'srtp': line.srtp_mode or sip_srtp_mode,
} -%}
{% set ns.servers = ns.servers if server in ns.servers or ns.servers | length == 10 else ns.servers + [server] -%}
{% if server in ns.servers -%}
{% set ns.lines = dict(ns.lines, **{number | string: ns.servers.index(server)}) -%}
{% endif -%}
{% endfor -%}

{% macro put(name, value) -%}
{% if value is not none and value != '' %}
    <param name="{{ name }}" value="{{ value }}"/>
{%- endif -%}
{% endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<provisioning version="1.1" productID="e2">
{%- set firmware = (X_gigaset_firmware | default({})).get(device.model) %}
{%- if firmware %}
  <firmware>
    <file version="{{ firmware.version }}" url="{{ http }}/{{ firmware.file }}"/>
  </firmware>
{%- endif %}
  <nvm>
    <oper name="DeleteNotProvisionedHS"/>
{{- put('Provisioning.global.ProvisioningServer', http) -}}
{{ put('Telephony.0.ToneScheme', tables.tone_schemes.get(locale[3:]) if locale else none) -}}
{{ put('DmGlobal.0.NtpServer', ntp_ip if ntp_enabled else none) -}}
{{ put('DmGlobal.0.TimeZone', timezone) -}}
{% for server in ns.servers -%}
{% set provider = 'SipProvider.' ~ loop.index0 ~ '.' -%}
{{ put(provider ~ 'Name', 'PBX ' ~ loop.index) -}}
{{ put(provider ~ 'Domain', server.proxy) -}}
{{ put(provider ~ 'ProxyServerAddress', server.proxy) -}}
{{ put(provider ~ 'ProxyServerPort', server.proxy_port or tables.ports[sip_transport]) -}}
{{ put(provider ~ 'RegServerAddress', server.registrar) -}}
{{ put(provider ~ 'RegServerPort', server.registrar_port or tables.ports[sip_transport]) -}}
{{ put(provider ~ 'TransportProtocol', tables.transports[sip_transport]) -}}
{{ put(provider ~ 'UseSIPS', 0) -}}
{{ put(provider ~ 'SRTP_Enabled', 0 if server.srtp == 'disabled' else 1) -}}
{{ put(provider ~ 'AcceptNonSRTPCalls', 1 if server.srtp == 'preferred' else 0) -}}
{{ put(provider ~ 'DTMFTransmission', server.tones) -}}
{{ put(provider ~ 'DnsQuery', 0) -}}
{{ put(provider ~ 'FailoverServerEnabled', 1 if server.spare else 0) -}}
{{ put(provider ~ 'FailoverServerAddress', server.spare) -}}
{{ put(provider ~ 'FailoverServerPort', server.spare_port or tables.ports[sip_transport] if server.spare else none) -}}
{{ put(provider ~ 'OutboundProxyMode', 0 if server.outbound else 2) -}}
{{ put(provider ~ 'OutboundProxyAddress', server.outbound) -}}
{{ put(provider ~ 'OutboundProxyPort', server.outbound_port or tables.ports[sip_transport] if server.outbound else none) -}}
{{ put(provider ~ 'MWISubscription', 1 if sip_subscribe_mwi else 0) -}}
{% endfor -%}
{% for number in range(1, phone.lines + 1) if number | string in ns.lines -%}
{% set line = sip_lines[number | string] -%}
{% set handset = (X_gigaset_ipui | default({})).get(number | string) or '%05d' | format(number) -%}
{% set digits = (line.number or '') | string %}
    <oper name="add_hs" value="{{ handset }}">
      <param name="hs.RegStatus" value="ToReg"/>
    </oper>
{{- put('SipAccount.' ~ handset ~ '.AuthName', line.auth_username) -}}
{{ put('SipAccount.' ~ handset ~ '.AuthPassword', line.password) -}}
{{ put('SipAccount.' ~ handset ~ '.UserName', line.username) -}}
{{ put('SipAccount.' ~ handset ~ '.DisplayName', line.display_name) -}}
{{ put('SipAccount.' ~ handset ~ '.VoiceMailMailbox', line.voicemail or exten_voicemail) -}}
{{ put('SipAccount.' ~ handset ~ '.VoiceMailActive', 1 if line.voicemail or exten_voicemail else 0) -}}
{{ put('SipAccount.' ~ handset ~ '.ProviderId', ns.lines[number | string]) -}}
{{ put('hs.' ~ handset ~ '.DECT_AC', '%04d' | format(digits[-4:] | int) if digits.isdigit() else '0000') -}}
{% endfor %}
  </nvm>
</provisioning>
