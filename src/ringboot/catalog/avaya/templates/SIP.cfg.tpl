{#- Of one model of the 11xx and 12xx: which files to read, in this order; the second wins. -#}
[DEVICE_CONFIG]
DOWNLOAD_MODE FORCED
VERSION 000001
FILENAME DeviceConfig.cfg
PROTOCOL TFTP
[USER_CONFIG]
DOWNLOAD_MODE FORCED
VERSION 000001
PROTOCOL TFTP
