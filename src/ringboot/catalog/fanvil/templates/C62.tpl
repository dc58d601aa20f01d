{% extends 'old.tpl' -%}
