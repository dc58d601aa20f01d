{#- Seven keys with a paper label; the rest of the phone's functions have keys of their own. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd'] -%}
