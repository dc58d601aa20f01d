{#- The contacts behind the function keys: one for each key, in their order. -#}
<?xml version="1.0" encoding="UTF-8"?>
<phonebooks>
  <contacts group_name="Default" editable="0" id="0">
{%- for number in range(1, phone.keys + 1) if funckeys.get(number | string) and (funckeys[number | string].value or exten_park) -%}
{% set key = funckeys[number | string] -%}
{% set target = key.value or exten_park -%}
{% set line = sip_lines.get((key.line or 1) | string) -%}
{% set host = (line.proxy_ip if line else none) or sip_proxy_ip %}
    <contact id="key-{{ number }}" prefix="" first_name="" second_name="" last_name="{{ key.label or target }}" suffix="" contact_type="sip" organization="" job_title="" location="" notes="" account_id="{{ target }}"
    {%- if key.type != 'speeddial' and host %} subscribe_to="sip:{{ target }}@{{ host }}"{% endif %}>
      <actions>
        <action id="primary" dial="{{ target }}" label="" name="Dial"/>
{%- if key.type == 'blf' and exten_pickup_call %}
        <action id="pickupcall" dial="{{ exten_pickup_call }}{{ target }}" label="" name="Pickup"/>
{%- endif %}
      </actions>
    </contact>
{%- endfor %}
  </contacts>
</phonebooks>
