{#- For all phones. A phone that took a setting from its own file once does not come back to this one, so nearly all is there. -#}
[sip]
sw_notify_autoprovision=1
