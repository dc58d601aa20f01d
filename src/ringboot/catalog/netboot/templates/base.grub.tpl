{% set kernel = X_boot_kernel | default(none) -%}
{% macro place(name) -%}
{% if "://" in name %}({{ name.split("://", 1)[0] }},{{ name.split("://", 1)[1].split("/", 1)[0] }})/{{ name.split("://", 1)[1].partition("/")[2] }}{% else %}(tftp,{{ tftp }})/{{ name }}{% endif %}
{%- endmacro -%}
{% from 'told.tpl' import told with context -%}
{% set first = X_boot_initrd | default(none) -%}
{% set disks = [] if not first else [first] if first is string else first -%}
set timeout=0
{% if boot.state == "done" -%}
echo "Ringboot: {{ mac }} is installed and starts from its disk"
if [ "$grub_platform" = "efi" ]; then
  exit 1
fi
set root=(hd0)
chainloader +1
boot
{% elif boot.state == "installing" and kernel -%}
echo "Ringboot: {{ mac }} is being installed"
linux {{ place(kernel) }} {{ told(X_boot_args | default("")) }}
{% if disks -%}
initrd{% for disk in disks %} {{ place(disk) }}{% endfor %}
{% endif -%}
boot
{% elif boot.state == "installing" -%}
echo "Ringboot: {{ mac }} may be installed, but no config says what: set X_boot_kernel"
sleep 10
configfile (tftp,{{ tftp }})/{{ path }}
{% else -%}
echo "Ringboot: {{ mac }} waits until it may be installed: ringboot boot approve {{ mac }}"
sleep 5
configfile (tftp,{{ tftp }})/{{ path }}
{% endif -%}
