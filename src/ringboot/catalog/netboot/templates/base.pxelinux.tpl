{% from 'told.tpl' import told with context -%}
{% set kernel = X_boot_kernel | default(none) -%}
{% set first = X_boot_initrd | default(none) -%}
{% set disks = [] if not first else [first] if first is string else first -%}
{% if boot.state == "done" -%}
SAY Ringboot: {{ mac }} is installed and starts from its disk
DEFAULT disk
LABEL disk
  LOCALBOOT 0
{% elif boot.state == "installing" and kernel -%}
SAY Ringboot: {{ mac }} is being installed
DEFAULT install
LABEL install
  KERNEL {{ kernel if "://" in kernel else "/" ~ kernel }}
{% if disks %}  INITRD {% for disk in disks %}{{ "" if loop.first else "," }}{{ disk if "://" in disk else "/" ~ disk }}{% endfor %}
{% endif %}{% if X_boot_args | default("") %}  APPEND {{ told(X_boot_args) }}
{% endif -%}
{% else -%}
SAY Ringboot: {{ mac }} {{ "may be installed, but no config says what" if boot.state == "installing" else "waits until it may be installed" }}
DEFAULT again
PROMPT 0
TIMEOUT 100
LABEL again
  CONFIG /{{ path }}
{% endif -%}
