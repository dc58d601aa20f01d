{#- The settings of one intercom. It keeps what its file does not mention, so accounts that are not configured are switched off and
    emptied. -#}
<?xml version="1.0" encoding="UTF-8"?>
<DeviceDatabase>
{%- block name %}
  <WebServer>
    <DeviceName>{{ sip_lines['1'].display_name if '1' in sip_lines else none }}</DeviceName>
  </WebServer>
{%- endblock %}
  <Phone>
{%- block lines -%}
{% for number in range(1, phone.lines + 1) -%}
{% set line = sip_lines.get(number | string) -%}
{% set on = 1 if line else 0 -%}
{% set proxy = line.proxy_ip or sip_proxy_ip if line else none -%}
{% set outbound = line.outbound_proxy_ip or sip_outbound_proxy_ip if line else none -%}
{% set registrar = line.registrar_ip or sip_registrar_ip or proxy if line else none -%}
{% set srtp = line.srtp_mode or sip_srtp_mode if line else none -%}
{% set tones = tables.tones.get((line.dtmf_mode if line else none) or sip_dtmf_mode, 'Rtp') %}
    <Sip At="{{ number - 1 }}">
      <Enabled>{{ on }}</Enabled>
      <User>
        <DisplayName>{{ line.display_name if line else none }}</DisplayName>
        <Id>{{ line.username if line else none }}</Id>
        <AuthId>{{ line.auth_username if line else none }}</AuthId>
        <PasswordString>{{ line.password if line else none }}</PasswordString>
{%- if sip_transport == 'udp' %}
        <CommunicationType>1</CommunicationType>
{%- endif %}
      </User>
      <Client>
        <Domain>{{ proxy }}</Domain>
        <Port>5060</Port>
      </Client>
      <Proxy>
        <Address>{{ outbound or proxy }}</Address>
        <Port>{{ ((line.outbound_proxy_port or sip_outbound_proxy_port if outbound else line.proxy_port or sip_proxy_port) if line else none) or 0 }}</Port>
        <BackupAddress>{{ line.backup_proxy_ip or sip_backup_proxy_ip if line else none }}</BackupAddress>
        <BackupPort>{{ (line.backup_proxy_port or sip_backup_proxy_port if line else none) or 0 }}</BackupPort>
      </Proxy>
      <Registrar>
        <Enabled>{{ on }}</Enabled>
        <Address>{{ registrar }}</Address>
        <Port>{{ (line.registrar_port or sip_registrar_port or (line.proxy_port or sip_proxy_port if registrar == proxy else none) if line else none) or 0 }}</Port>
        <BackupAddress>{{ line.backup_registrar_ip or sip_backup_registrar_ip or line.backup_proxy_ip or sip_backup_proxy_ip if line else none }}</BackupAddress>
        <BackupPort>{{ (line.backup_registrar_port or sip_backup_registrar_port if line else none) or 0 }}</BackupPort>
      </Registrar>
      <Misc>
        <IncomingSecureOnly>{{ 1 if srtp == 'required' else 0 }}</IncomingSecureOnly>
        <OutgoingSecure>{{ 1 if srtp in ('required', 'preferred') else 0 }}</OutgoingSecure>
      </Misc>
      <Dtmf>
{%- for way in ['Audio', 'Rtp', 'Sip'] %}
        <SendIn{{ way }}>{{ 1 if way == tones else 0 }}</SendIn{{ way }}>
{%- endfor %}
      </Dtmf>
    </Sip>
{%- endfor -%}
{% endblock %}
  </Phone>
{%- block update %}
  <AutoUpdate>
    <Configuration>
      <Enabled>1</Enabled>
      <CheckAtBootTime>1</CheckAtBootTime>
      <Period>86400</Period>
    </Configuration>
  </AutoUpdate>
{%- endblock %}
</DeviceDatabase>
