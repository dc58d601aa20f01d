{#- For all 11xx and 12xx: what their firmware would want a licence for is off, or nobody could log in. -#}
LLDP_ENABLE YES
EXP_MODULE_ENABLE NO
ENABLE_SERVICE_PACKAGE NO
IM_MODE DISABLED
AVAYA_AUTOMATIC_QoS NO
VQMON_PUBLISH NO
USB_HEADSET LOCK
ENABLE_BT NO
