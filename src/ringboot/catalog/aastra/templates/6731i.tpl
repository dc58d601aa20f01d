{#- Directory and Callers have keys of their own. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd', 'pickup', 'services'] -%}
