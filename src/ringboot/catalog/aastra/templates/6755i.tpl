{#- Six keys without a label, then the softkeys below the display. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd', 'directory', 'callers', 'services'] -%}
