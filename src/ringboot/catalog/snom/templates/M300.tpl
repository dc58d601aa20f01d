{% extends 'dect.tpl' -%}
