{#- The upper softkeys hold lamps, the lower ones do not. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd', 'pickup'] -%}
