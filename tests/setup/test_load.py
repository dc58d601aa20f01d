"""Every way in which ringboot.toml can be wrong: the exact text, with its line; and the shortest that is right."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.certificates import BrandCa

from ringboot.dhcp.private import KINDS
from ringboot.setup.load import check, load, load_text
from ringboot.setup.machine import Interface, Machine
from ringboot.setup.problems import BadConfig
from ringboot.setup.settings import Settings

LAN = '[dhcp]\ninterfaces = ["eth0"]\n[[dhcp.network]]\nname = "lan"\nsubnet = "10.0.0.0/24"\n'  # lines 1 to 5
TWO = LAN + 'segment = "floor"\n[[dhcp.network]]\nname = "guests"\nsubnet = "10.9.0.0/24"\nsegment = "floor"\n'
GUESTS_SERVE = TWO + 'pools = ["10.9.0.2-10.9.0.9"]\n'
ACME = '[[dhcp.option]]\ncode = {}\nname = "{}"\nkind = "{}"\n'
OTHER_CODE = "choose a number without a row in docs/reference/dhcp-options.md"


def errors_of(text: str) -> list[str]:
    with pytest.raises(BadConfig) as caught:
        load_text(Path("/etc/r.toml"), text)
    return str(caught.value).splitlines()


ROWS = [
    # the text as TOML
    ("a = [", "line 1: is no TOML: Invalid value; mend that line; text stands in quotes, lists in [ ]"),
    ("[server]\ndata = no", "line 2: is no TOML: Invalid value; mend that line; text stands in quotes, lists in [ ]"),
    ("[dhcp]\n[dhcp]", ("line 2: is no TOML: Cannot declare ('dhcp',) twice; "
     "mend that line; text stands in quotes, lists in [ ]")),
    # keys
    (LAN + "[foo]",
     ("line 6, foo: unknown key; remove it; sections are server, dhcp, tftp, http, https, metrics, admin, agi, sip, "
      "dns, register, scripts, log, webhook, boot")),
    (LAN + "[htpp]", "line 6, htpp: unknown key; did you mean http?"),
    (LAN + "lease-time = 5", "line 6, dhcp.network.lease-time: unknown key; did you mean lease_time?"),
    (LAN + "[server]\nzz = 5",
     "line 7, server.zz: unknown key; remove it; keys here are data, address, storage, user, api_socket"),
    (LAN + "[[dhcp.class]]\nname = 'c'\nmatch = { vendor_class = 'x' }",
     "line 8, dhcp.class.match.vendor_class: unknown key; did you mean vendor-class?"),
    ("[dhcp]\n[[dhcp.network]]\nname = 'x'",
     'line 2, dhcp.network.subnet: is missing; add it, such as subnet = "10.0.0.0/24"'),
    (LAN + "[[dhcp.class]]\nmatch.mac = '*'", 'line 6, dhcp.class.name: is missing; add it, such as name = "phones"'),
    # scripts
    (LAN.replace("[dhcp]", "[dhcp]\nscripts = ['no.py']"),
     "line 2, dhcp.scripts: /etc/no.py is not there; write it, or leave it out (docs/howto/scripts.md)"),
    (LAN.replace("[dhcp]", "[dhcp]\nconf = '.'"),
     "line 2, dhcp.conf: /etc is not there; name the conf.py itself (docs/howto/staticdhcpd.md)"),
    (LAN + "[scripts]\nmemory = 512", ('line 7, scripts.memory: 512 is no amount of memory; '
     'write it as "512MB" or "2GB", from 128MB on')),
    (LAN + "[scripts]\nmemory = '64MB'", ('line 7, scripts.memory: "64MB" is too little for Python itself; '
     'write it as "512MB" or "2GB", from 128MB on')),
    (LAN + "[scripts]\ntime_limit = '1m'", ('line 7, scripts.time_limit: "1m" is too short or too long for a client '
     'that waits; write "10ms" to "10s"')),
    # limits
    (LAN + "max_leases_per_circuit = 0",
     "line 6, dhcp.network.max_leases_per_circuit: 0 is no number of leases; write a whole number from 1 to 16777216"),
    (LAN + "[[dhcp.network.pool]]\nrange = '10.0.0.5-10.0.0.9'\nmax_leases = '3'",
     'line 8, dhcp.network.pool.max_leases: "3" is no number of leases; write a whole number from 1 to 16777216'),
    (LAN + "scarce_lease_time = '8h'",
     "line 6, dhcp.network.scarce_lease_time: is not shorter than lease_time; shorten it, or remove it"),
    (LAN + "scarce_above = 80",
     "line 6, dhcp.network.scarce_above: 80 is no part of a time; write a number between 0 and 1, such as 0.5"),
    # pools by class, relays
    (LAN + "[[dhcp.network.pool]]\nrange = '10.0.0.5-10.0.0.9'\nclass = ['voice']",
     'line 8, dhcp.network.pool.class: no class is called "voice"; the classes are none yet: add [[dhcp.class]]'),
    (LAN + "[[dhcp.network.pool]]\nrange = '10.0.0.5-10.0.0.9'\nclass = ['c', 'd']\n"
     "[[dhcp.class]]\nname = 'c'\nmatch.mac = '*'",
     'line 8, dhcp.network.pool.class: no class is called "d"; the classes are c'),
    (LAN + "relays = ['172.16.0.1']\n[[dhcp.network]]\nsubnet = '10.1.0.0/24'\nrelays = ['172.16.0.1']",
     ('line 9, dhcp.network.relays: network "lan" has relay 172.16.0.1 too; '
      "name it in one of them; the networks of its wire have the same segment")),
    # kinds
    ("server = 3\n" + LAN, "line 1, server: 3 is not a table; write [server] and its keys below"),
    ("[dhcp]\nnetwork = 3",
     "line 2, dhcp.network: is not a list of tables; begin each with [[dhcp.network]], in double brackets"),
    ("[dhcp.network]\nsubnet = '10.0.0.0/8'",
     "line 1, dhcp.network: is not a list of tables; begin each with [[dhcp.network]], in double brackets"),
    (LAN + "[server]\ndata = 5", "line 7, server.data: 5 is not text; put it in quotes"),
    (LAN + "[server]\ndata = '~/r'",
     'line 7, server.data: "~/r" is not a path that can be used; write the whole path, beginning with /'),
    (LAN + "[server]\nstorage = 'mysql'", 'line 7, server.storage: "mysql" is not possible; write "sqlite"'),
    (LAN + "[server]\naddress = '10.0.0.256'",
     'line 7, server.address: "10.0.0.256" is not an IPv4 address; write it as "10.0.0.2"'),
    (LAN + "pools = '10.0.0.5-10.0.0.9'", ('line 6, dhcp.network.pools: "10.0.0.5-10.0.0.9" is not a list; '
     'put it in brackets: pools = ["10.0.0.100-10.0.0.199"]')),
    (LAN + "pools = ['10.0.0.5']", ('line 6, dhcp.network.pools: "10.0.0.5" is not a range of addresses; '
     'write it as "10.0.0.100-10.0.0.199"')),
    (LAN + "pools = ['10.0.0.5-x']",
     "line 6, dhcp.network.pools: 'x' is not an IPv4 address; write it as \"10.0.0.100-10.0.0.199\""),
    (LAN + "pools = [\n'10.0.0.5-10.0.0.6',\n'10.0.0.9-10.0.0.7']",
     'line 8, dhcp.network.pools: "10.0.0.9-10.0.0.7" ends before it begins; write "10.0.0.7-10.0.0.9"'),
    (LAN + "lease_time = '8x'", ('line 6, dhcp.network.lease_time: "8x" is not a duration; '
     'write a number of seconds, or "90s", "2m", "8h", "7d"')),
    (LAN + "segment = 'a'\n[[dhcp.network]]\nsubnet = '10.9.0.0/24'\nsegment = 'a'\nidentity = 'mac'",
     ('line 10, dhcp.network.identity: network "lan" of the same segment has identity = "client-id"; '
      "set the same in both")),
    (LAN + "min_lease_time = 'endless'", ('line 6, dhcp.network.min_lease_time: "endless" is not a duration; '
     'write a number of seconds, or "90s", "2m", "8h", "7d"')),
    (LAN + "min_lease_time = '9h'",
     "line 6, dhcp.network.min_lease_time: is longer than lease_time; shorten it, or lengthen lease_time"),
    (LAN + "lease_time = 'infinite'\nmax_lease_time = '1d'",
     "line 7, dhcp.network.max_lease_time: is shorter than lease_time; lengthen it, or shorten lease_time"),
    (LAN + "t1 = 0.9",
     "line 6, dhcp.network.t1: is not before t2 (0.875); a client first renews with us, then asks any server"),
    (LAN + "t2 = 1", ("line 6, dhcp.network.t2: 1 is no part of a time; "
     "write a number between 0 and 1, such as 0.5")),
    (LAN + "t2 = true", ("line 6, dhcp.network.t2: true is no part of a time; "
     "write a number between 0 and 1, such as 0.5")),
    (LAN + "lease_time = '500ms'", ('line 6, dhcp.network.lease_time: "500ms" is no time that a lease can have; '
     'write whole seconds from 1 on, such as "8h", or "infinite"')),
    (LAN + "lease_time = 0", ("line 6, dhcp.network.lease_time: 0 is no time that a lease can have; "
     'write whole seconds from 1 on, such as "8h", or "infinite"')),
    (LAN + "lease_time = true", ("line 6, dhcp.network.lease_time: true is not a duration; "
     'write a number of seconds, or "90s", "2m", "8h", "7d"')),
    (LAN + "authoritative = 'yes'", ('line 6, dhcp.network.authoritative: "yes" is neither true nor false; '
     "write true or false, without quotes")),
    (LAN + "unknown = 'drop'",
     'line 6, dhcp.network.unknown: "drop" is not possible; write "serve", "quarantine" or "ignore"'),
    (LAN + "name2 = ''", "line 6, dhcp.network.name2: unknown key; did you mean name?"),
    (LAN.replace('"lan"', '"-x"'), ('line 4, dhcp.network.name: "-x" cannot be a name; '
     "use letters, digits and . _ : / - (at most 63, a letter or digit first)")),
    (LAN.replace("10.0.0.0/24", "10.0.0.7/24"), ('line 5, dhcp.network.subnet: "10.0.0.7/24" is an address inside a '
     'subnet; write the subnet itself, "10.0.0.0/24"')),
    (LAN.replace("10.0.0.0/24", "10.0.0.0"),
     'line 5, dhcp.network.subnet: "10.0.0.0" is not a subnet; write it as "10.0.0.0/24"'),
    (LAN.replace("10.0.0.0/24", "10.0.0.0/33"),
     'line 5, dhcp.network.subnet: "10.0.0.0/33" has no prefix length from 1 to 32; write it as "10.0.0.0/24"'),
    (LAN.replace("eth0", "an interface"), ('line 2, dhcp.interfaces: "an interface" cannot be an interface; '
     'write its name, such as "eth0" (ip link shows them)')),
    ("[dhcp]\nport = '67'\n[[dhcp.network]]\nsubnet = '10.0.0.0/8'",
     'line 2, dhcp.port: "67" is not a number from 1 to 65535; write a port without quotes'),
    ("[dhcp]\nport = 70000\n[[dhcp.network]]\nsubnet = '10.0.0.0/8'",
     "line 2, dhcp.port: 70000 is not a number from 1 to 65535; write a port without quotes"),
    ("[dhcp]\nquestion_deadline = '1m'\n[[dhcp.network]]\nsubnet = '10.0.0.0/8'",
     'line 2, dhcp.question_deadline: "1m" is too short or too long for a client that waits; write "10ms" to "10s"'),
    (LAN + "[http]\nlisten = '8667'", ('line 7, http.listen: "8667" is not a place to listen; '
     'write ":69" for all addresses, "10.0.0.2:69" for one, or "off"')),
    (LAN + "[http]\nlisten = ':0'", ('line 7, http.listen: ":0" has no port from 1 to 65535; '
     'write ":69" for all addresses, "10.0.0.2:69" for one, or "off"')),
    (LAN + "[http]\nlisten = 'here:80'", ('line 7, http.listen: "here:80" does not begin with an IPv4 address; '
     'write ":69" for all addresses, "10.0.0.2:69" for one, or "off"')),
    (LAN + "[[dhcp.class]]\nname = 'c'\nmatch = { mac = 'phone*' }",
     'line 8, dhcp.class.match.mac: "phone*" is no pattern for a MAC; write it as "00:00:5e:*"'),
    (LAN + "[[dhcp.class]]\nname = 'c'\nmatch = { hostname = '' }",
     'line 8, dhcp.class.match.hostname: is empty; write a pattern, such as "*example*"'),
    # what must hold between keys
    ("[dhcp]\ninterfaces = ['eth0']",
     'line 1, dhcp: no network is defined; add [[dhcp.network]] with subnet = "10.0.0.0/24"'),
    ("", 'dhcp: no network is defined; add [[dhcp.network]] with subnet = "10.0.0.0/24"'),
    ("[[dhcp.network]]\nsubnet = '10.0.0.0/24'\npools = ['10.0.0.1-10.0.0.2']",
     'line 1, dhcp.interfaces: is missing; add it, such as interfaces = ["eth0"]'),
    (LAN.replace('"eth0"', '"eth0", "eth0"'), "line 2, dhcp.interfaces: eth0 stands here twice; remove one"),
    (LAN + "pools = ['10.0.0.9-10.0.1.9']",
     "line 6, dhcp.network.pools: pool 10.0.0.9-10.0.1.9 leaves the subnet 10.0.0.0/24; move it inside"),
    (LAN + "pools = ['10.0.0.0-10.0.0.9']", ("line 6, dhcp.network.pools: pool 10.0.0.0-10.0.0.9 holds the address of "
     "the subnet itself or its broadcast address; stay within 10.0.0.1-10.0.0.254")),
    (LAN + "pools = ['10.0.0.1-10.0.0.9',\n'10.0.0.20-10.0.0.30',\n'10.0.0.9-10.0.0.10']",
     ("line 8, dhcp.network.pools: pool 10.0.0.9-10.0.0.10 overlaps pool 10.0.0.1-10.0.0.9; "
      "give each address to one pool")),
    (LAN + "pools = ['10.0.0.1-10.0.0.9']\n[[dhcp.network.pool]]\nrange = '10.0.0.5-10.0.0.6'",
     ("line 8, dhcp.network.pool.range: pool 10.0.0.5-10.0.0.6 overlaps pool 10.0.0.1-10.0.0.9; "
     "give each address to one pool")),
    (TWO.replace("10.9.0.0/24", "10.0.0.128/25"), ('line 9, dhcp.network.subnet: subnet 10.0.0.128/25 overlaps '
     '10.0.0.0/24 of network "lan"; give each address to one network')),
    (TWO.replace("10.9.0.0/24", "10.0.0.0/8"), ('line 9, dhcp.network.subnet: subnet 10.0.0.0/8 overlaps '
     '10.0.0.0/24 of network "lan"; give each address to one network')),
    (TWO.replace("guests", "lan"), 'line 8, dhcp.network.name: another network is called "lan"; choose another name'),
    (LAN + "[[dhcp.class]]\nname = 'c'\nmatch.mac = '*'\n[[dhcp.class]]\nname = 'c'\nmatch.mac = '00*'",
     'line 10, dhcp.class.name: another class is called "c"; choose another name'),
    (LAN + "[[dhcp.class]]\nname = 'c'\nmatch = {}",
     "line 8, dhcp.class.match: matches every client; name a mac, vendor-class, hostname or client-id"),
    (LAN + "pools = ['10.0.0.1-10.0.0.9']\ntrust = 'first-use'", ("line 7, dhcp.network.trust: trust is only for "
     "networks where DHCP is elsewhere, and this one has pools; remove trust, or the pools")),
    (LAN + "unknown = 'quarantine'",
     'line 6, dhcp.network.unknown: no quarantine network is named; add quarantine = "..." with its name'),
    (GUESTS_SERVE.replace('name = "lan"', 'name = "lan"\nunknown = "quarantine"\nquarantine = "gests"'),
     'line 6, dhcp.network.quarantine: no network is called "gests"; the others are guests'),
    (GUESTS_SERVE.replace('name = "lan"', 'name = "lan"\nunknown = "quarantine"\nquarantine = "lan"'),
     "line 6, dhcp.network.quarantine: names the network itself; name another network on the same segment"),
    (GUESTS_SERVE.replace('name = "lan"', 'name = "lan"\nquarantine = "guests"'), ("line 5, dhcp.network.quarantine: "
     'is not used, since unknown is "serve"; set unknown = "quarantine" or remove it')),
    (TWO.replace('name = "lan"', 'name = "lan"\nunknown = "quarantine"\nquarantine = "guests"'),
     'line 6, dhcp.network.quarantine: network "guests" has no pool; add pools to it'),
    (GUESTS_SERVE.replace('name = "lan"', 'name = "lan"\nunknown = "quarantine"\nquarantine = "guests"')
     .replace('0/24"\nsegment = "floor"\npools', '0/24"\npools'),
     ('line 6, dhcp.network.quarantine: network "guests" is '
     'not on the same segment; set segment = "floor" in both')),
    (GUESTS_SERVE.replace('name = "lan"', 'name = "lan"\nunknown = "quarantine"\nquarantine = "guests"')
     + "unknown = 'ignore'", ('line 6, dhcp.network.quarantine: network "guests" does not serve unknown clients; '
     'set unknown = "serve" in it')),
    (LAN + "[tftp]\nlisten = ':67'", "line 7, tftp.listen: port 67 is DHCP's; choose another, \":69\" is usual"),
    (LAN + f"[server]\napi_socket = '/{'s' * 107}'", (f"line 7, server.api_socket: the socket's path /{'s' * 107} is "
     "longer than 107 octets; set api_socket to a shorter path")),
    (LAN + f"[server]\ndata = '/{'s' * 107}'", (f"line 7, server.data: the socket's path /{'s' * 107}/run/dhcp.sock is "
     "longer than 107 octets; set data to a shorter path")),
    # options
    (LAN + 'options = { rooters = "10.0.0.1" }',
     "line 6, dhcp.network.options.rooters: no DHCP option is called 'rooters'; did you mean routers?"),
    (LAN + 'options = { 43.2 = "x" }',
     'line 6, dhcp.network.options.43: is a table; a sub-option is written in quotes: "43.2" = "..."'),
    (LAN + 'options = { tftp-server-name = "{htp}" }', ("line 6, dhcp.network.options.tftp-server-name: "
     "{htp} is not a placeholder; there are {server}, {http}, {http_port}, {https}, {tftp}, {mac}, {token}")),
    (LAN + 'options.dhcp-lease-time = 60', ("line 6, dhcp.network.options.dhcp-lease-time: option 51 is written by the "
     "server itself; set lease_time in the network")),
    (LAN + 'options.subnet-selection = "10.1.0.0"', ("line 6, dhcp.network.options.subnet-selection: option 118 is "
     "written by the server itself; set subnet_selection = true in [dhcp]")),
    (LAN + 'options.rapid-commit = ""', ("line 6, dhcp.network.options.rapid-commit: option 80 is "
     "written by the server itself; set rapid_commit = true in the network")),
    (LAN + '[[dhcp.class]]\nname = "c"\nmatch = { options = { rooters = "10.0.0.1" } }',
     "line 8, dhcp.class.match.options.rooters: no DHCP option is called 'rooters'; did you mean routers?"),
    (LAN + '[[dhcp.class]]\nname = "c"\nmatch = { options = { 57 = "15*" } }',
     ("line 8, dhcp.class.match.options.57: is no value of option dhcp-max-message-size: '15*' is not a number; "
      'write it whole, such as "1500", or "*"')),
    (LAN + '[[dhcp.class]]\nname = "c"\nmatch = { arch = "x86" }',
     ('line 8, dhcp.class.match.arch: "x86" is no architecture; '
      "names that begin so are x86-bios, x86-uefi, x86-uefi-32, x86-uefi-64, ...")),
    (LAN + '[[dhcp.class]]\nname = "c"\nmatch = { arch = "x68-uefi" }',
     'line 8, dhcp.class.match.arch: "x68-uefi" is no architecture; did you mean x86-uefi?'),
    (LAN + '[[dhcp.class]]\nname = "c"\nmatch = { arch = true }',
     ("line 8, dhcp.class.match.arch: true is no architecture; "
      "write a name such as x86-uefi, or IANA's number, such as 7")),
    (LAN + '[boot]', "line 6, boot: is not a list of tables; begin each with [[boot]], in double brackets"),
    (LAN + '[[boot]]\nfile = "a"', 'line 6, boot.match: is missing; add it, such as match = { mac = "00:00:5e:*" }'),
    (LAN + '[[boot]]\nmatch = { network = "wan" }',
     'line 7, boot.match.network: no network is called "wan"; there are lan'),
    (LAN + '[[boot]]\nmatch = { class = "c" }', 'line 7, boot.match.class: no class is called "c"; there are none'),
    (LAN + '[[boot]]\nmatch = { options = { rooters = "x" } }',
     "line 7, boot.match.options.rooters: no DHCP option is called 'rooters'; did you mean routers?"),
    (LAN + '[[boot]]\nname = "a"\nmatch = {}\n[[boot]]\nname = "a"\nmatch = {}',
     "line 10, boot.name: another boot rule is called a; choose another name"),
    (LAN + '[[boot]]\nmatch = {}\nfile = "http://10.0.0.1/x"',
     "line 8, boot.file: is a URL; file is for TFTP; a URL goes to url (HTTP Boot) or script (iPXE)"),
    (LAN + '[[boot]]\nmatch = {}\nurl = "x.efi"',
     'line 8, boot.url: "x.efi" is not a whole URL; write it as "http://10.0.0.2/install.efi"'),
    (LAN + '[[boot]]\nmatch = {}\nfile = "{uuid}.0"', ("line 8, boot.file: {uuid} is not a placeholder; there are "
     "{server}, {http}, {http_port}, {https}, {tftp}, {mac}, {token}")),
    (LAN + f'[[boot]]\nmatch = {{}}\nfile = "{"x" * 256}"',
     "line 8, boot.file: is longer than 255 octets; no firmware takes that; shorten it"),
    (LAN + '[[boot]]\nmatch = {}\n[[boot.menu]]\ntext = "x"',
     "line 8, boot.menu: is asked for at a port that is off; set pxe_port = 4011 in [dhcp]"),
    (LAN.replace("[dhcp]", "[dhcp]\npxe_port = 4011") + '[[boot]]\nmatch = {}\nfile = "a"\n[[boot.menu]]\ntext = "x"',
     "line 10, boot.menu: stands beside file; remove one: a menu asks for the files of its lines"),
    (LAN.replace("[dhcp]", "[dhcp]\npxe_port = 4011") + '[[boot]]\nmatch = {}\n[[boot.menu]]\ntext = ""',
     "line 10, boot.menu.text: is not 1 to 80 octets long; write a short line"),
    (LAN.replace("[dhcp]", "[dhcp]\npxe_port = 4011") + '[[boot]]\nmatch = {}\nprompt = "' + "x" * 81 + '"\n'
     '[[boot.menu]]\ntext = "x"', "line 9, boot.prompt: is longer than 80 octets; shorten it"),
    (LAN.replace("[dhcp]", "[dhcp]\npxe_port = 4011") + "[[boot]]\nmatch = {}\n" + 21 * '[[boot.menu]]\ntext = "x"\n',
     "line 9, boot.menu: has 21 lines of 84 octets; shorten it: 20 lines and 255 octets are room"),
    (LAN.replace("[dhcp]", "[dhcp]\npxe_port = 67"), "line 2, dhcp.pxe_port: port 67 is DHCP's; choose 4011"),
    (LAN.replace("[dhcp]", "[dhcp]\npxe_port = 69"), "line 2, dhcp.pxe_port: port 69 is TFTP's; choose 4011"),
    (LAN + 'proxy = true\npools = ["10.0.0.5-10.0.0.9"]', ("line 6, dhcp.network.proxy: proxy is only for networks "
     "where DHCP is elsewhere, and this one has pools; remove proxy, or the pools")),
    (LAN + '[[boot]]\nmatch = {}\noptions = { 51 = "5" }', ("line 8, boot.options.51: option 51 is written by the "
     "server itself; set lease_time in the network")),
    (LAN + '[[dhcp.class]]\nname = "c"\nmatch = { mac = [] }',
     "line 8, dhcp.class.match.mac: is an empty list; name at least one"),
    (LAN + 'options = { 66 = "a", tftp-server-name = "b" }',
     "line 6, dhcp.network.options.tftp-server-name: is the same option as 66; remove one of them"),
    (LAN + 'options = { 66 = "{https}/x" }',
     "line 6, dhcp.network.options.66: {https} names a server that is off; set listen in [https]"),
    (LAN + "[https]\nlisten = ':8667'", "line 7, https.listen: port 8667 is that of [http]; choose another"),
    (LAN + "[https]\nlisten = ':8668'\nlegacy.listen = ':8668'",
     "line 8, https.legacy.listen: port 8668 is that of [https]; choose another"),
    (LAN + "[https.legacy]\nlisten = 'x'", ('line 7, https.legacy.listen: "x" is not a place to listen; '
     'write ":69" for all addresses, "10.0.0.2:69" for one, or "off"')),
    (LAN + "[admin]\nlisten = ':8666'",
     ("line 7, admin.listen: :8666 is reached from elsewhere, where others can read passwords; "
      "add tls = true, for HTTPS with a certificate of our own CA, or name certificate and key; "
      "or say tls = false, when you mean that")),
    (LAN + "[admin]\nlisten = '127.0.0.1:8667'",
     "line 7, admin.listen: port 8667 is that of [http]; choose another"),
    (LAN + "[admin]\ntls = 'no'", ('line 7, admin.tls: "no" is neither true nor false; '
     "write true or false, without quotes")),
    (LAN + "[admin]\nkey = 'k'",
     "line 7, admin.key: stands here without certificate; add certificate, or remove key for a CA of our own"),
    (LAN + "[admin]\nnames = ['a b']",
     'line 7, admin.names: "a b" is not the name of a domain; write it as "lab.example.org"'),
    (LAN + "[https]\nkey = 'k'",
     "line 7, https.key: stands here without certificate; add certificate, or remove key for a CA of our own"),
    (LAN + "[https]\ncertificate = 'c'",
     "line 7, https.certificate: stands here without key; add key, or remove certificate for a CA of our own"),
    (LAN + "[https]\ncertificate = '/no/c'\nkey = '/no/k'", ("line 7, https.certificate: /no/c cannot be read: "
     "No such file or directory; correct the path, or see to its rights")),
    (LAN + "[[https.client_ca]]\nbrand = 'a'\n[[https.client_ca]]\nbrand = 'b'\nfile = 'f'",
     'line 6, https.client_ca.file: is missing; add it, such as file = "/var/lib/ringboot"'),
    (LAN + "[[https.client_ca]]\nbrand = 'a'\nfile = '/no/ca'", ("line 8, https.client_ca.file: /no/ca cannot be read: "
     "No such file or directory; correct the path, or see to its rights")),
    (LAN + 'options = { 66 = "{http}/x" }\n[http]\nlisten = "off"',
     "line 6, dhcp.network.options.66: {http} names a server that is off; set listen in [http]"),
    (LAN + 'options = { 66 = 1.5 }', ("line 6, dhcp.network.options.66: 1.5 cannot be the value of an option; "
     "put it in quotes")),
    # the daemon itself
    ("[server]\nuser = 'nobody9'\n" + LAN, ('line 2, server.user: "nobody9" is no user of this machine; make the user: '
     "useradd --system --home-dir /var/lib/ringboot ringboot")),
    ("[server]\nuser = 'root'\n" + LAN, ("line 2, server.user: root would keep all rights; "
     "name another user, or leave it out")),
    (LAN + "[log]\nformat = 'xml'", 'line 7, log.format: "xml" is not possible; write "auto", "text" or "json"'),
    # webhooks
    (LAN + "[webhook]\nname = 'a'", ("line 6, webhook: is not a list of tables; "
     "begin each with [[webhook]], in double brackets")),
    (LAN + "[[webhook]]\nname = 'a'\nurl = 'ftp://x'\nsecret_file = 's'",
     'line 8, webhook.url: "ftp://x" is no URL that can be told anything; write it as "https://HOST/PATH"'),
    (LAN + "[[webhook]]\nname = 'a'\nurl = 'http://u:p@x/'\nsecret_file = 's'",
     ('line 8, webhook.url: holds a user, a password or a #; write it as "https://HOST/PATH"; the receiver knows us by '
      "the signature")),
    (LAN + "[[webhook]]\nname = 'a'\nurl = 'http://x/'", ("line 6, webhook.secret_file: is missing; add it, such as "
     'secret_file = "/var/lib/ringboot"')),
    (LAN + "[[webhook]]\nname = 'a'\nurl = 'http://x/'\nsecret_file = '/no/s'", ("line 9, webhook.secret_file: /no/s "
     "cannot be read: No such file or directory; make it, readable for the daemon's user only: openssl rand -hex 32")),
    (LAN + "[[webhook]]\nname = 'a'\nurl = 'http://x/'\nsecret_file = '/dev/null'", ("line 9, webhook.secret_file: "
     "/dev/null holds fewer than 16 octets; make a longer one: openssl rand -hex 32")),
    (LAN + "[[webhook]]\nname = 'a'\nurl = 'http://x/'\nsecret_file = '/etc/services'\nevents = ['fire']",
     ('line 10, webhook.events: "fire" is no event; events are new-device, configured, failed, stuck, quarantine, '
      "made-known, pool-low, pool-recovered")),
    (LAN + 2 * "[[webhook]]\nname = 'a'\nurl = 'http://x/'\nsecret_file = '/etc/services'\n",
     "line 11, webhook.name: another webhook is called a; choose another name"),
    # options with a name of the site's own
    (LAN + ACME.format("64", "x", "text"),
     f"line 7, dhcp.option.code: option 64 is nisplus-domain already; {OTHER_CODE}"),
    (LAN + ACME.format("43.2", "x", "text"),
     'line 7, dhcp.option.code: 43.2 is not the number of an option; write it as 224, or "43.2" for a sub-option'),
    (LAN + ACME.format('"122.1"', "x", "text"), ("line 7, dhcp.option.code: 122.1 is "
     f"cablelabs-client-configuration.primary-dhcp-server already; {OTHER_CODE}")),
    (LAN + ACME.format("51", "x", "text"),
     f"line 7, dhcp.option.code: option 51 (dhcp-lease-time) is written by the server itself; {OTHER_CODE}"),
    (LAN + ACME.format("255", "x", "text"),
     f"line 7, dhcp.option.code: 255 is not the code of an option (1 to 254); {OTHER_CODE}"),
    (LAN + ACME.format("224", "Acme URL", "text"), ("line 8, dhcp.option.name: 'Acme URL' is no name: "
     'small letters, digits and dashes, a letter first; choose another, such as "acme-url"')),
    (LAN + ACME.format("224", "routers", "text"),
     "line 8, dhcp.option.name: 'routers' is option 3 already; choose another, such as \"acme-url\""),
    (LAN + ACME.format("224", "x", "string"), ('line 9, dhcp.option.kind: "string" is not a kind of value; '
     f"kinds are {', '.join(KINDS)}")),
    (LAN + "[[dhcp.option]]\ncode = 224\nname = 'x'\nkind = ['text']",
     f"line 9, dhcp.option.kind: a list is not a kind of value; kinds are {', '.join(KINDS)}"),
    (LAN + "[[dhcp.option]]\ncode = 224\nname = 'x'",
     'line 6, dhcp.option.kind: is missing; add it, such as kind = "text"'),
    (LAN + ACME.format("224", "x", "text") + ACME.format("225", "x", "text"),
     'line 12, dhcp.option.name: another option is called "x"; choose another name'),
    (LAN + ACME.format("224", "x", "text") + ACME.format("224", "y", "text"),
     "line 11, dhcp.option.code: option 224 is called x already; remove one of them"),
    (LAN + ACME.format('"125.9.1"', "x", "text") + ACME.format('"125.9.1"', "y", "text"),
     "line 11, dhcp.option.code: option 125.9.1 is called x already; remove one of them"),
    (LAN + "options = { x = 'east' }\n" + ACME.format("224", "x", "u16"),
     "line 6, dhcp.network.options.x: \"east\" does not fit option x: 'east' is not a number; correct the value"),
    (LAN + "options = { x = '{server}.arpa' }\n" + ACME.format("224", "x", "name"), ("line 6, dhcp.network.options.x: "
     '"{server}.arpa" does not fit option x: a value of kind name cannot hold a placeholder; correct the value')),
    (LAN + "options = { x = '{host}' }\n" + ACME.format("224", "x", "text"), ("line 6, dhcp.network.options.x: "
     "{host} is not a placeholder; there are {server}, {http}, {http_port}, {https}, {tftp}, {mac}, {token}")),
    (LAN + "options = { x = '{http}', 224 = 'y' }\n" + ACME.format("224", "x", "text"),
     "line 6, dhcp.network.options.224: is the same option as x; remove one of them"),
    (LAN + "options = { x = '{http}' }\n" + ACME.format("224", "x", "text") + "[http]\nlisten = 'off'",
     "line 6, dhcp.network.options.x: {http} names a server that is off; set listen in [http]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error"), ROWS, ids=[row[1].partition(";")[0] for row in ROWS])
def test_a_wrong_configuration_says_what_and_where(text: str, error: str) -> None:
    assert errors_of(text) == [f"/etc/r.toml, {error}"]


def test_a_value_that_does_not_fit_its_option_is_an_error() -> None:
    [error] = errors_of(LAN + 'options = { routers = "somewhere" }')
    assert error.startswith(
        '/etc/r.toml, line 6, dhcp.network.options.routers: "somewhere" does not fit option routers: '
    )
    assert error.endswith("; correct the value")


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    text = "[server]\nadress = 1\nstorage = 'x'\n" + LAN + "lease_time = 'x'\npools = ['10.1.0.1-10.1.0.2']\n[tfpt]"
    assert [error.split(":")[0] for error in errors_of(text)] == [
        "/etc/r.toml, line 2, server.adress",
        "/etc/r.toml, line 3, server.storage",
        "/etc/r.toml, line 9, dhcp.network.lease_time",
        "/etc/r.toml, line 10, dhcp.network.pools",
        "/etc/r.toml, line 11, tfpt",
    ]


def test_interface_and_subnet_are_enough() -> None:
    settings = load_text(Path("/etc/r.toml"), '[dhcp]\ninterfaces = ["eth0"]\n[[dhcp.network]]\nsubnet = "10.0.0.0/24"')
    assert isinstance(settings, Settings)
    assert settings.dhcp.networks[0].called == "10.0.0.0/24"
    assert (str(settings.tftp.listen), str(settings.http.listen)) == (":69", ":8667")


def test_a_server_can_be_switched_off() -> None:
    assert load_text(Path("/r.toml"), LAN + '[tftp]\nlisten = "off"').tftp.listen is None


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ringboot.toml"
    path.write_text(LAN + '[server]\ndata = "data"\n')
    assert load(path).server.data == tmp_path / "data"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (Path.as_posix, "{path}: does not exist; write a first one with: ringboot init --output {path}"),
        (lambda path: path.mkdir(), "{path}: cannot be read: Is a directory; see to its rights"),
        (lambda path: path.write_bytes(b"\n\xff"), "{path}, line 2: is not UTF-8; save it as UTF-8"),
        (lambda path: path.write_bytes(b"#" * (4 << 20) + b"\n"),
         "{path}: is 4194305 octets long; no configuration has more than 4194304"),
        (lambda path: path.write_text("a = " + "[" * 20000),
         "{path}: is nested too deeply; no key of ours is deeper than four levels"),
    ],
    ids=["absent", "folder", "latin-1", "huge", "deep"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, make: object, error: str) -> None:
    path = tmp_path / "ringboot.toml"
    make(path)  # type: ignore[operator]  # a table of lambdas
    with pytest.raises(BadConfig) as caught:
        load(path)
    assert str(caught.value) == error.format(path=path)


MACHINE = Machine(
    (
        Interface("lo", "00:00:00:00:00:00", up=True, loopback=True, addresses=(("127.0.0.1", 8),)),
        Interface("eth0", "00:00:5e:00:53:01", up=True, loopback=False, addresses=(("10.0.0.2", 24),)),
        Interface("eth1", "00:00:5e:00:53:02", up=False, loopback=False, addresses=()),
    )
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (LAN, None),
        (LAN.replace("eth0", "eth9"), ("line 2, dhcp.interfaces: interface eth9 is not there; "
         "the interfaces here are lo, eth0, eth1")),
        (LAN.replace("eth0", "eth1"), ("line 2, dhcp.interfaces: warning: interface eth1 has no IPv4 address; "
         "give it one: ip address add ... dev eth1")),
        (LAN + "[server]\naddress = '10.0.0.9'", ("line 7, server.address: warning: 10.0.0.9 is not an address of this "
         "machine; right when a router or another node has it; here are 127.0.0.1, 10.0.0.2")),
        (LAN + "[http]\nlisten = '10.0.0.9:80'", ("line 7, http.listen: 10.0.0.9 is not an address of this machine; "
         'listen on all with ":80", or on one of 127.0.0.1, 10.0.0.2')),
        (LAN + "[http]\nlisten = '127.0.0.53:80'", None),
        (LAN + "[https.legacy]\nlisten = '10.0.0.9:80'", ("line 7, https.legacy.listen: 10.0.0.9 is not an address of "
         'this machine; listen on all with ":80", or on one of 127.0.0.1, 10.0.0.2')),
        (LAN + "pools = ['10.0.0.1-10.0.0.5']\n[server]\naddress = '10.0.0.2'", ("line 6, dhcp.network.pools: warning: "
         "pool 10.0.0.1-10.0.0.5 holds our own address 10.0.0.2; leave it out of the pool")),
        (LAN + "pools = ['10.0.0.1-10.0.0.5']", ("line 6, dhcp.network.pools: warning: "
         "pool 10.0.0.1-10.0.0.5 holds our own address 10.0.0.2; leave it out of the pool")),
        (LAN + "pools = ['10.0.0.5-10.0.0.9']\noptions = { routers = ['10.0.0.1', '10.0.0.9'] }",
         ("line 6, dhcp.network.pools: warning: pool 10.0.0.5-10.0.0.9 holds the router 10.0.0.9; "
          "leave it out of the pool")),
    ],
)  # fmt: skip
def test_check_compares_with_the_machine(tmp_path: Path, text: str, problem: str | None) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    assert [str(each) for each in check(path, MACHINE)] == ([f"{path}, {problem}"] if problem else [])


def test_a_warning_does_not_keep_the_configuration_from_loading(tmp_path: Path) -> None:
    settings = load_text(Path("/r"), LAN + "pools = ['10.0.0.1-10.0.0.5']\n[server]\naddress = '10.0.0.2'")
    assert settings.server.address == "10.0.0.2"


def test_certificates_are_read_and_compared(tmp_path: Path) -> None:
    ca = BrandCa(tmp_path, "brand")
    one, two = ca.sign("one"), ca.sign("two")
    (tmp_path / "text").write_text("no certificate")
    locked = tmp_path / "locked"
    command = ["openssl", "pkey", "-in", str(one.key), "-aes128", "-passout", "pass:x", "-out", str(locked)]
    subprocess.run(command, check=True)

    def said(certificate: Path, key: Path, brand: Path) -> list[str]:
        lines = (f'certificate = "{certificate}"', f'key = "{key}"', "[[https.client_ca]]", 'brand = "b"')
        text = "\n".join((LAN + "[https]", *lines, f'file = "{brand}"'))
        path = tmp_path / "r.toml"
        path.write_text(text)
        return [str(each).removeprefix(f"{path}, ") for each in check(path)]

    assert said(one.certificate, one.key, ca.path) == []
    (found,) = said(one.certificate, two.key, ca.path)
    assert found.startswith(f"line 7, https.certificate: {two.key} is not the key of {one.certificate}; name the key")
    (found,) = said(one.certificate, locked, ca.path)
    assert f"{locked} is locked with a password; write it without" in found
    (found,) = said(one.certificate, tmp_path / "text", ca.path)
    assert f"{tmp_path / 'text'} holds no key" in found
    first, second = said(tmp_path / "text", one.key, one.key)
    assert first.startswith(f"line 7, https.certificate: {tmp_path / 'text'} holds no certificate")
    assert second.startswith(f"line 11, https.client_ca.file: {one.key} holds no certificate")


def test_the_sip_door_is_off_until_it_is_asked_for() -> None:
    assert Settings().sip.listen is None


@pytest.mark.parametrize(
    ("lines", "is_tls"),
    [("", False), ("listen = '127.0.0.5:80'", False), ("listen = 'off'", False), ("listen = ':1'\ntls = true", True),
     ("listen = ':1'\ntls = false", False), ("tls = true", True)],
)  # fmt: skip
def test_elsewhere_the_administrators_door_says_how(lines: str, is_tls: bool) -> None:
    settings = load_text(Path("ringboot.toml"), f"{LAN}[admin]\n{lines}")
    assert settings.admin.is_tls == is_tls


def test_scripts_are_files_beside_the_configuration_with_limits(tmp_path: Path) -> None:
    (tmp_path / "rules.py").touch()
    text = LAN.replace("[dhcp]", '[dhcp]\nscripts = ["rules.py"]') + '[scripts]\nmemory = "2GB"\n'
    settings = load_text(tmp_path / "ringboot.toml", text)
    assert settings.dhcp.scripts == (tmp_path / "rules.py",)
    assert settings.dhcp.is_scripted
    assert (settings.scripts.time_limit, settings.scripts.memory) == (0.25, 2 << 30)
    assert not load_text(tmp_path / "ringboot.toml", LAN).dhcp.is_scripted
