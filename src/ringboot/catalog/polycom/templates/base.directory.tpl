{#- The contact directory: speed dials, numbered by their keys. -#}
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<directory>
  <item_list>
{%- for place, key in funckeys.items() if key.type != 'blf' and key.value %}
    <item>
      <fn>{{ key.label or key.value }}</fn>
      <ct>{{ key.value }}</ct>
      <sd>{{ place }}</sd>
    </item>
{%- endfor %}
  </item_list>
</directory>
