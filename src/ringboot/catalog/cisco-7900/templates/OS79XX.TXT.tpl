{#- One line without a blank: the loader that 7940 and 7960 shall run. -#}
{{ X_cisco_os79xx | default('') | trim }}
