{#- Softkeys only. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd'] -%}
