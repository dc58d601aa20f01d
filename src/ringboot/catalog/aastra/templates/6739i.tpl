{#- Keys are places on the touch screen; Directory, Callers and Services have keys of their own. -#}
{% extends 'base.tpl' -%}
{% set preset = ['voicemail', 'forward', 'dnd'] -%}
