{#- The ring tones to be loaded: none; the phone has two of its own. -#}
<CiscoIPPhoneRingList>
</CiscoIPPhoneRingList>
