<?xml version="1.0" encoding="UTF-8"?>
<Default>
  <callManagerGroup>
    <members>
{%- for manager in sccp_call_managers.values() %}
      <member priority="{{ loop.index0 }}">
        <callManager>
          <ports>
            <ethernetPhonePort>{{ manager.port or 2000 }}</ethernetPhonePort>
          </ports>
          <processNodeName>{{ manager.ip }}</processNodeName>
        </callManager>
      </member>
{%- endfor %}
    </members>
  </callManagerGroup>
  <authenticationURL></authenticationURL>
  <directoryURL>{{ X_directory_url | default('') }}</directoryURL>
  <idleURL></idleURL>
  <informationURL></informationURL>
  <messagesURL></messagesURL>
  <servicesURL>{{ X_services_url | default('') }}</servicesURL>
</Default>
