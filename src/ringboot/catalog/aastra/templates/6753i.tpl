{#- Conf and Xfer are printed on keys 5 and 6 and have no other place. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'callers', 'directory', 'conf', 'xfer'] -%}
