{#- The softkeys above the display first, then those below. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd', 'directory', 'callers', 'services'] -%}
