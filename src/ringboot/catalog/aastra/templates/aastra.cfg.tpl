{#- For all phones: aastra.cfg, and startup.cfg for firmware 4 and later. Nothing here may be a secret. -#}
contact rcs: 0
download protocol: HTTP
http server: {{ http[7:].rsplit(':', 1)[0] }}
http port: {{ http.rsplit(':', 1)[1] }}
http path: Aastra
