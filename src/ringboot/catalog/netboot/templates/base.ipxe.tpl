#!ipxe
{% macro place(name) -%}{{ name if "://" in name else http ~ "/" ~ name }}{%- endmacro -%}
{% from 'told.tpl' import told with context -%}
{% set kernel = X_boot_kernel | default(none) -%}
{% set commands = X_boot_ipxe | default(none) -%}
{% set first = X_boot_initrd | default(none) -%}
{% set disks = [] if not first else [first] if first is string else first -%}
{% if boot.state == "done" -%}
echo Ringboot: {{ mac }} is installed and starts from its disk
{# With UEFI only a loader that failed lets the firmware go on to the next entry, which is the disk. -#}
iseq ${platform} efi && exit 1 ||
sanboot --no-describe --drive 0x80 || exit
{% elif boot.state == "installing" and commands -%}
echo Ringboot: {{ mac }} is being installed
{% for line in commands.splitlines() -%}
{{ told(line) }}
{% endfor -%}
{% elif boot.state == "installing" and kernel -%}
echo Ringboot: {{ mac }} is being installed
kernel {{ place(kernel) }}{% for disk in disks %} initrd=initrd{{ loop.index }}{% endfor %} {{ told(X_boot_args | default("")) }}
{% for disk in disks -%}
initrd --name initrd{{ loop.index }} {{ place(disk) }}
{% endfor -%}
boot
{% elif boot.state == "installing" -%}
echo Ringboot: {{ mac }} may be installed, but no config says what: set X_boot_kernel
sleep 10
chain --replace --autofree {{ http }}/{{ mac }}/boot.ipxe
{% else -%}
echo Ringboot: {{ mac }} waits until it may be installed: ringboot boot approve {{ mac }}
sleep 5
chain --replace --autofree {{ http }}/{{ mac }}/boot.ipxe
{% endif -%}
