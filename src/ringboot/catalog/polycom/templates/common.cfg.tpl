{#- For all phones. Nothing here may be a secret. What a phone dials is what was dialled: numbers of any length, after a
    pause, where the phone itself would follow the North American plan. -#}
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<polycomConfig>
  <prov
    prov.polling.enabled="1"
    prov.polling.mode="rel"
    prov.polling.period="86400"/>
  <dialplan
    dialplan.digitmap="x.T|*x.T"
    dialplan.impossibleMatchHandling="2"/>
  <msg
    msg.bypassInstantMessage="1"/>
  <voIpProt
    voIpProt.SIP.specialEvent.checkSync.alwaysReboot="0"/>
</polycomConfig>
