{#- For every IP Touch, before its own file. Nothing here may be a secret. application_mode 0 is SIP from firmware 2.00.81 on. -#}
[init]
application_mode=0
[sntp]
sntp_addr={{ ntp_ip if ntp_enabled else none }}
