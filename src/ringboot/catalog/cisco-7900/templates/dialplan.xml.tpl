{#- Which digits make a complete number: any, five seconds after the last one. -#}
<dialTemplate>
  <TEMPLATE match="*" timeout="5"/>
</dialTemplate>
