{#- The authorities that the phone trusts for SIP over TLS; empty when there are none. -#}
{% for certificate in sip_servers_root_and_intermediate_certificates or [] -%}
{{ certificate | trim }}
{% endfor -%}
