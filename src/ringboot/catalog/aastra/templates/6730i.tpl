{#- The eight keys beside the display carry no print. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd', 'directory', 'callers', 'services'] -%}
