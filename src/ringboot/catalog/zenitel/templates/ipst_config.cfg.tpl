{#- For all stations, before their own files: nothing is the same for all. -#}
[sip]
