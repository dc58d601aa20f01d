{#- For all phones of one model ($PSN.xml), and what firmware 12 asks for first. Nothing here may be a secret; $MA is the
    device's MAC, which the device puts there itself. -#}
<?xml version="1.0" encoding="UTF-8"?>
<device>
  <flat-profile>
    <Provision_Enable>Yes</Provision_Enable>
    <Resync_On_Reset>Yes</Resync_On_Reset>
    <Resync_Periodic>86400</Resync_Periodic>
    <Resync_Error_Retry_Delay>300</Resync_Error_Retry_Delay>
    <Resync_Fails_On_FNF>Yes</Resync_Fails_On_FNF>
    <Resync_From_SIP>Yes</Resync_From_SIP>
    <Profile_Rule>{{ http }}/$MA.xml</Profile_Rule>
    <Profile_Rule_B></Profile_Rule_B>
    <Profile_Rule_C></Profile_Rule_C>
    <Profile_Rule_D></Profile_Rule_D>
  </flat-profile>
</device>
