{% if phone.type != 'ata' %}{% include 'psn.xml.tpl' %}{% endif %}
