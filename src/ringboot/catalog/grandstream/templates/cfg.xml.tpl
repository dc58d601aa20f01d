{#- For a phone whose own file is missing: where to ask, and to ask again every hour. Nothing here may be a secret. -#}
<?xml version="1.0" encoding="UTF-8"?>
<gs_provision version="1">
  <config version="1">
    <P145>1</P145>
    <P212>1</P212>
    <P237>{{ http.partition('//')[2] }}/Grandstream</P237>
    <P194>1</P194>
    <P193>60</P193>
    <P238>2</P238>
  </config>
</gs_provision>
