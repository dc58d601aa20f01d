{#- What a phone reads first: where the other files are. It names no firmware, so that nothing is loaded unasked. -#}
[config]
common_config={{ http }}/technicolor-common.txt
config={{ http }}/
