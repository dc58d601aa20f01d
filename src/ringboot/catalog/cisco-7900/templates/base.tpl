{#- The one file of a phone. SCCP phones get their lines and keys from the call manager, SIP phones from here. -#}
{% set offered = phone.protocol -%}
{% set speaks = 'SCCP' if phone.sip_file else protocol if protocol in offered
    else 'SCCP' if sccp_call_managers and 'SCCP' in offered
    else 'SIP' if sip_lines and 'SIP' in offered
    else offered[0] -%}
{# Only the SCCP firmware of a 7940 or 7960 reads this: one that is told SIP finds it when it must change its load. -#}
{% if not phone.sip_file or protocol != 'SIP' or X_cisco_load | default('') -%}
{% set language = tables.locales.get(locale or 'en_US', tables.locales.en_US) -%}
{% set first = sip_lines.values() | first if sip_lines else none -%}
{% set proxy = sip_proxy_ip or (first.proxy_ip if first else none) -%}
{% set proxy_port = sip_proxy_port or (first.proxy_port if first else none) or 5060 -%}
{% set backup = sip_backup_proxy_ip or (first.backup_proxy_ip if first else none) -%}
{% set backup_port = sip_backup_proxy_port or (first.backup_proxy_port if first else none) or 5060 -%}

{# The name of the zone: by the table, else by offset and rule, else the nearest offset that has a name. -#}
{% set clock = namespace(zone=none) -%}
{% if zone is not none -%}
{% set clock.zone = tables.zones.get(zone.name) -%}
{% set season = zone.dst.start.month ~ '-' ~ zone.dst.end.month if zone.dst else 'still' -%}
{% for near in tables.near.minutes if clock.zone is none -%}
{% set row = tables.rules.get((zone.offset // 60 + near) | string) -%}
{% if row -%}
{% set clock.zone = row.get(season) or row.get('still') or row.values() | first -%}
{% endif -%}
{% endfor -%}
{% endif -%}

{% macro call_manager(priority, address, sccp_port, sip_port) %}
        <member priority="{{ priority }}">
          <callManager>
            <ports>
              <ethernetPhonePort>{{ sccp_port }}</ethernetPhonePort>
{%- if speaks == 'SIP' %}
              <sipPort>{{ sip_port }}</sipPort>
              <securedSipPort>{{ sip_port if sip_transport == 'tls' else 5061 }}</securedSipPort>
{%- endif %}
            </ports>
            <processNodeName>{{ address }}</processNodeName>
          </callManager>
        </member>
{%- endmacro -%}

<?xml version="1.0" encoding="UTF-8"?>
<device>
  <fullConfig>true</fullConfig>
  <deviceProtocol>{{ speaks }}</deviceProtocol>
  <sshUserId>{{ admin_username }}</sshUserId>
  <sshPassword>{{ admin_password }}</sshPassword>
  <devicePool>
    <dateTimeSetting>
      <dateTemplate>{{ tables.dates.get(locale, 'D/M/Y') }}</dateTemplate>
{%- if clock.zone %}
      <timeZone>{{ clock.zone }}</timeZone>
{%- endif %}
      <ntps>
{%- if ntp_enabled %}
        <ntp>
          <name>{{ ntp_ip }}</name>
          <ntpMode>Unicast</ntpMode>
        </ntp>
{%- endif %}
      </ntps>
    </dateTimeSetting>
    <callManagerGroup>
      <members>
{%- if speaks == 'SIP' %}
{%- if proxy %}{{ call_manager(0, proxy, 2000, proxy_port) }}{% endif %}
{%- if backup %}{{ call_manager(1, backup, 2000, backup_port) }}{% endif %}
{%- else %}
{%- for manager in sccp_call_managers.values() %}{{ call_manager(loop.index0, manager.ip, manager.port or 2000, 5060) }}{% endfor %}
{%- endif %}
      </members>
    </callManagerGroup>
    <srstInfo>
      <srstOption>Disable</srstOption>
    </srstInfo>
    <connectionMonitorDuration>120</connectionMonitorDuration>
  </devicePool>
{%- if speaks == 'SIP' %}
{%- include 'sip.tpl' %}
{%- endif %}
  <commonProfile>
    <phonePassword>{{ admin_password }}</phonePassword>
    <backgroundImageAccess>true</backgroundImageAccess>
    <callLogBlfEnabled>2</callLogBlfEnabled>
  </commonProfile>
  <loadInformation>{% block load %}{{ X_cisco_load | default('') }}{% endblock %}</loadInformation>
  <vendorConfig>
{% block vendor %}    <disableSpeaker>false</disableSpeaker>
    <disableSpeakerAndHeadset>false</disableSpeakerAndHeadset>
    <pcPort>0</pcPort>
    <settingsAccess>1</settingsAccess>
    <garp>0</garp>
    <voiceVlanAccess>0</voiceVlanAccess>
    <videoCapability>0</videoCapability>
    <autoSelectLineEnable>0</autoSelectLineEnable>
    <webAccess>0</webAccess>
    <sshAccess>1</sshAccess>
    <spanToPCPort>1</spanToPCPort>
    <loggingDisplay>1</loggingDisplay>
    <enableCdpSwPort>1</enableCdpSwPort>
    <enableLldpSwPort>1</enableLldpSwPort>
{%- if syslog_enabled %}
    <logServer>{{ syslog_ip }}:{{ syslog_port }}</logServer>
{%- endif %}
{%- if phone.web_password %}
    <adminPassword>{{ admin_password }}</adminPassword>
{%- endif %}
{%- endblock %}
  </vendorConfig>
{%- if X_cisco_modules | default([]) and phone.expansion %}
  <addOnModules>
{%- for module in X_cisco_modules[:phone.expansion] if module in tables.modules %}
    <addOnModule idx="{{ loop.index }}">
      <deviceType>{{ module }}</deviceType>
      <deviceLine>{{ tables.modules[module] }}</deviceLine>
      <loadInformation></loadInformation>
    </addOnModule>
{%- endfor %}
  </addOnModules>
{%- endif %}
  <versionStamp>{{ config_version or 1 }}</versionStamp>
  <userLocale>
    <name>{{ language.name }}</name>
    <uid>1</uid>
    <langCode>{{ language.code }}</langCode>
    <version>{{ tables.locale_files.version }}</version>
    <winCharSet>{{ 'iso-8859-1' if language.code == 'en_US' else 'utf-8' }}</winCharSet>
  </userLocale>
  <networkLocale>{{ language.network }}</networkLocale>
  <networkLocaleInfo>
    <name>{{ language.network }}</name>
    <version>{{ tables.locale_files.version }}</version>
  </networkLocaleInfo>
  <deviceSecurityMode>{{ 1 if speaks == 'SCCP' or sip_transport != 'tls' else 2 if sip_srtp_mode == 'disabled' else 3 }}</deviceSecurityMode>
  <idleTimeout>0</idleTimeout>
  <authenticationURL></authenticationURL>
  <directoryURL>
{%- if X_directory_url | default(none) %}{{ X_directory_url }}
{%- elif X_xivo_phonebook_ip %}{{ X_xivo_phonebook_scheme }}://{{ X_xivo_phonebook_ip }}:{{ X_xivo_phonebook_port }}/0.1/directories/menu/{{ X_xivo_phonebook_profile }}/cisco?xivo_user_uuid={{ X_xivo_user_uuid }}
{%- endif %}</directoryURL>
  <idleURL></idleURL>
  <informationURL></informationURL>
  <messagesURL></messagesURL>
  <proxyServerURL></proxyServerURL>
  <servicesURL>{{ X_services_url | default('') }}</servicesURL>
{%- if speaks == 'SIP' %}
  <transportLayerProtocol>{{ tables.sip.transport[sip_transport] }}</transportLayerProtocol>
{%- endif %}
  <capfAuthMode>0</capfAuthMode>
  <certHash></certHash>
  <encrConfig>false</encrConfig>
</device>
{% endif -%}
