{#- What only SIP phones read: the account of each line, and the keys behind the last line. -#}
{% set last = sip_lines.keys() | map('int') | max if sip_lines else 0 -%}
{% set buttons = namespace(all=phone.keys) -%}
{% for module in (X_cisco_modules | default([]))[:phone.expansion] if module in tables.modules -%}
{% set buttons.all = buttons.all + tables.modules[module] -%}
{% endfor %}
  <sipProfile>
    <sipProxies>
      <backupProxy>{{ backup }}</backupProxy>
      <backupProxyPort>{{ backup_port if backup else none }}</backupProxyPort>
      <emergencyProxy></emergencyProxy>
      <emergencyProxyPort></emergencyProxyPort>
      <outboundProxy>{{ sip_outbound_proxy_ip }}</outboundProxy>
      <outboundProxyPort>{{ sip_outbound_proxy_port or (5060 if sip_outbound_proxy_ip else none) }}</outboundProxyPort>
      <registerWithProxy>true</registerWithProxy>
    </sipProxies>
    <sipCallFeatures>
      <cnfJoinEnabled>true</cnfJoinEnabled>
      <callForwardURI>x-cisco-serviceuri-cfwdall</callForwardURI>
      <callPickupURI>{{ exten_pickup_group or 'x-cisco-serviceuri-pickup' }}</callPickupURI>
      <callPickupListURI>x-cisco-serviceuri-opickup</callPickupListURI>
      <callPickupGroupURI>x-cisco-serviceuri-gpickup</callPickupGroupURI>
      <meetMeServiceURI>x-cisco-serviceuri-meetme</meetMeServiceURI>
      <abbreviatedDialURI>x-cisco-serviceuri-abbrdial</abbreviatedDialURI>
      <rfc2543Hold>false</rfc2543Hold>
      <callHoldRingback>1</callHoldRingback>
      <localCfwdEnable>true</localCfwdEnable>
      <semiAttendedTransfer>true</semiAttendedTransfer>
      <anonymousCallBlock>0</anonymousCallBlock>
      <callerIdBlocking>0</callerIdBlocking>
      <dndControl>0</dndControl>
      <remoteCcEnable>true</remoteCcEnable>
      <retainForwardInformation>false</retainForwardInformation>
    </sipCallFeatures>
    <sipStack>
      <sipInviteRetx>6</sipInviteRetx>
      <sipRetx>10</sipRetx>
      <timerInviteExpires>180</timerInviteExpires>
      <timerRegisterExpires>3600</timerRegisterExpires>
      <timerRegisterDelta>5</timerRegisterDelta>
      <timerKeepAliveExpires>120</timerKeepAliveExpires>
      <timerSubscribeExpires>120</timerSubscribeExpires>
      <timerSubscribeDelta>5</timerSubscribeDelta>
      <timerT1>500</timerT1>
      <timerT2>4000</timerT2>
      <maxRedirects>70</maxRedirects>
      <remotePartyID>true</remotePartyID>
      <userInfo>Phone</userInfo>
    </sipStack>
    <autoAnswerTimer>1</autoAnswerTimer>
    <autoAnswerAltBehavior>false</autoAnswerAltBehavior>
    <autoAnswerOverride>true</autoAnswerOverride>
    <transferOnhookEnabled>false</transferOnhookEnabled>
    <enableVad>false</enableVad>
    <preferredCodec>none</preferredCodec>
    <dtmfAvtPayload>101</dtmfAvtPayload>
    <dtmfDbLevel>3</dtmfDbLevel>
    <dtmfOutofBand>{{ 'none' if sip_dtmf_mode == 'RTP-in-band' else 'avt' }}</dtmfOutofBand>
    <alwaysUsePrimeLine>false</alwaysUsePrimeLine>
    <alwaysUsePrimeLineVoiceMail>false</alwaysUsePrimeLineVoiceMail>
    <kpml>0</kpml>
    <phoneLabel>{{ ((first.number or first.username or '') | replace(' ', ''))[:12] if first else none }}</phoneLabel>
    <stutterMsgWaiting>0</stutterMsgWaiting>
    <callStats>false</callStats>
    <offhookToFirstDigitTimer>15000</offhookToFirstDigitTimer>
    <silentPeriodBetweenCallWaitingBursts>10</silentPeriodBetweenCallWaitingBursts>
    <startMediaPort>16384</startMediaPort>
    <stopMediaPort>32766</stopMediaPort>
    <natEnabled>false</natEnabled>
    <natReceivedProcessing>false</natReceivedProcessing>
    <natAddress></natAddress>
    <sipLines>
{%- for number, line in sip_lines.items() if number | int <= phone.keys %}
      <line button="{{ number }}" lineIndex="{{ number }}">
        <featureID>9</featureID>
        <featureLabel>{{ line.number or line.username }}</featureLabel>
        <proxy>{{ line.proxy_ip if line.proxy_ip and line.proxy_ip != proxy else 'USECALLMANAGER' }}</proxy>
        <port>{{ line.proxy_port or proxy_port }}</port>
        <name>{{ line.username }}</name>
        <displayName>{{ line.display_name }}</displayName>
        <autoAnswer>
          <autoAnswerEnabled>0</autoAnswerEnabled>
        </autoAnswer>
        <callWaiting>1</callWaiting>
        <authName>{{ line.auth_username or line.username }}</authName>
        <authPassword>{{ line.password }}</authPassword>
        <contact>{{ line.username }}</contact>
        <sharedLine>false</sharedLine>
        <messageWaitingLampPolicy>3</messageWaitingLampPolicy>
        <messageWaitingAMWI>0</messageWaitingAMWI>
        <messagesNumber>{{ line.voicemail or exten_voicemail }}</messagesNumber>
        <ringSettingIdle>4</ringSettingIdle>
        <ringSettingActive>5</ringSettingActive>
        <forwardCallInfoDisplay>
          <callerName>true</callerName>
          <callerNumber>true</callerNumber>
          <redirectedNumber>true</redirectedNumber>
          <dialedNumber>true</dialedNumber>
        </forwardCallInfoDisplay>
        <maxNumCalls>{{ phone.calls }}</maxNumCalls>
        <busyTrigger>{{ phone.calls }}</busyTrigger>
      </line>
{%- endfor %}
{%- for number, key in funckeys.items() if last + number | int <= buttons.all %}
      <line button="{{ last + number | int }}">
        <featureID>{{ tables.keys[key.type] }}</featureID>
        <featureLabel>{{ key.label or key.value or tables.words.park }}</featureLabel>
{%- if key.type == 'blf' %}
        <featureOptionMask>1</featureOptionMask>
{%- endif %}
{%- if key.type != 'park' %}
        <speedDialNumber>{{ key.value }}</speedDialNumber>
{%- endif %}
      </line>
{%- endfor %}
    </sipLines>
    <voipControlPort>5060</voipControlPort>
    <dscpForAudio>184</dscpForAudio>
    <ringSettingBusyStationPolicy>0</ringSettingBusyStationPolicy>
    <dialTemplate>dialplan.xml</dialTemplate>
    <softKeyFile></softKeyFile>
  </sipProfile>
