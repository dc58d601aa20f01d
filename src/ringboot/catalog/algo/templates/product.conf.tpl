{#- For all devices of one product: to read again once a day. Nothing here may be a secret. -#}
prov.use = 1
prov.sync.frequency = daily
