"""Every "why" of the program, one row each: DHCP outcomes, file outcomes, what happened to a device.

A decision carries a row; counters, events, `explain` and the reference page follow from the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Reason(NamedTuple):
    """A named reason: `text` is filled from the event's detail, so is `help`, which says what to do next."""

    id: str
    stage: str  # dhcp | lease | file | device | sip | sync | boot | daemon | attention
    text: str
    help: str = ""


TABLE: dict[str, Reason] = {}


def _row(id_: str, stage: str, text: str, help_: str = "") -> Reason:
    if id_ in TABLE:
        raise ValueError(f"reason {id_} stands twice in the table")
    row = Reason(id_, stage, text, help_)
    TABLE[id_] = row
    return row


# Read row by row, as a table:
# fmt: off
# DHCP: answered
PROXY_OFFERED = _row(
    "proxy-offered", "dhcp", "file {file} was offered beside the DHCP server (boot rule {boot})",
    "The machine takes it when it also gets an address: from the server of network {network}.",
)
PROXY_ACKNOWLEDGED = _row(
    "proxy-acknowledged", "dhcp", "file {file} was told to a machine that has its address elsewhere (boot rule {boot})"
)
OFFERED = _row("offered", "dhcp", "{address} was offered")
OFFERED_UNHELD = _row(
    "offered-unheld", "dhcp",
    "{address} was offered, but not kept for the client: offers hold half of what is free in network {network}",
    "Normal while a whole site starts in a small pool. Else look for a machine that asks in many names.",
)
ACKNOWLEDGED = _row("acknowledged", "dhcp", "{address} was acknowledged")
RENEWED = _row("renewed", "dhcp", "{address} was renewed")
ACKNOWLEDGED_SHORT = _row(
    "acknowledged-short", "dhcp",
    "{address} was acknowledged for {seconds} s only: pool {pool} runs short",
    "Enlarge the pool, or release leases that nobody needs: ringboot lease list.",
)
RENEWED_SHORT = _row(
    "renewed-short", "dhcp",
    "{address} was renewed for {seconds} s only: pool {pool} runs short",
    ACKNOWLEDGED_SHORT.help,
)
INFORMED = _row("informed", "dhcp", "options were sent; the address is the client's own")
RELEASED = _row(
    "released", "dhcp", "{address} was given back", "Normal when it is switched off: it asks again when it starts."
)
DECLINED = _row(
    "declined", "dhcp",
    "the client found {address} in use; it is in quarantine",
    "Find the machine that uses this address without a lease.",
)
NAK_WRONG_NETWORK = _row(
    "nak-wrong-network", "dhcp",
    "refused {address}: it does not belong to network {network}",
    "Normal after a move: the client starts over with a DISCOVER.",
)
NAK_NOT_YOURS = _row(
    "nak-not-yours", "dhcp",
    "refused {address}: it is not this client's",
    "Normal after the lease ran out; the client starts over. Repeated: look for two DHCP servers.",
)
NAK_INCOMPLETE = _row("nak-incomplete", "dhcp", "refused a REQUEST that names no address")
LEASE_TOLD = _row("lease-told", "dhcp", "{requester} was told who has {address}")
LEASE_UNASSIGNED = _row("lease-unassigned", "dhcp", "{requester} was told that nobody has {address}")
LEASE_UNKNOWN = _row("lease-unknown", "dhcp", "{requester} was told that {asked} is not known here")
ASKED_AND_RENEWED = _row("asked-and-renewed", "dhcp", "{address} was renewed when its client was asked to")
NOT_RENEWED = _row(
    "not-renewed", "dhcp",
    "the client of {address} was asked {times} times to renew, and did not",
    "It is switched off, or a firewall drops UDP from port 67 to port 68; it renews when half its time is over.",
)
CANNOT_BE_ASKED = _row(
    "cannot-be-asked", "dhcp",
    "the client of {address} cannot be asked to renew: it never said that it can (option 145, RFC 6704)",
    "It renews by itself when half its time is over; restart it to have it ask sooner.",
)
NOT_LEASED = _row("not-leased", "dhcp", "nobody has {address}", "See who has which address: ringboot lease list.")
OUT_OF_REACH = _row("out-of-reach", "dhcp", "no interface that DHCP is answered on leads to {address}",
                    "Look at the routes of this machine: ip route get {address}.")
BEING_ASKED = _row("being-asked", "dhcp", "the client of {address} is being asked to renew")
# DHCP: silent
LEASEQUERY_REFUSED = _row(
    "leasequery-refused", "dhcp",
    "{requester} asks about leases and may not",
    "If it may know who has which address, add its subnet to leasequery in [dhcp].",
)
LEASEQUERY_UNCLEAR = _row(
    "leasequery-unclear", "dhcp", "{requester} asks about leases, but not by exactly one of address, MAC and identifier"
)
BAD_PACKET = _row("bad-packet", "dhcp", "not a DHCP packet: {why} at octet {offset}")
NOT_A_REQUEST = _row("not-a-request", "dhcp", "not a client's message")
NO_NETWORK = _row(
    "no-network", "dhcp",
    "no network for {where}",
    "Add a [[dhcp.network]] whose subnet holds the relay's or the interface's address, then: ringboot reload.",
)
NO_POOL = _row(
    "no-pool", "dhcp",
    "network {network} has no pool and no reservation for this client",
    "Add a pool to the network, or a reservation: ringboot reservation add.",
)
BOOTP_NOT_SERVED = _row(
    "bootp-not-served", "dhcp",
    "a BOOTP client (its message has no option 53), and network {network} does not serve those",
    "Set bootp = true in the network if it should; each one keeps its address for ever, or for bootp_lease_time.",
)
POOL_FULL = _row(
    "pool-full", "dhcp",
    "no free address in network {network}",
    "Enlarge a pool, shorten lease_time, or release leases that nobody needs: ringboot lease list.",
)
POOL_CLOSED = _row(
    "pool-closed", "dhcp",
    "no pool of network {network} serves this client; they are for the classes {classes}",
    "Look at match of these classes, or add a pool without class.",
)
POOL_LIMIT = _row(
    "pool-limit", "dhcp",
    "pool {pool} of network {network} has as many leases as it may: {most}",
    "Raise max_leases of the pool, or release leases that nobody needs: ringboot lease list.",
)
CIRCUIT_FULL = _row(
    "circuit-full", "dhcp",
    "{circuit} has as many leases in network {network} as it may: {most}",
    "Raise max_leases_per_circuit of the network, or release what was there before: ringboot lease release.",
)
UNKNOWN_IGNORED = _row(
    "unknown-ignored", "dhcp",
    "unknown client, and network {network} ignores those",
    'Add the device or a reservation, or set unknown = "serve" in the network.',
)
OTHER_SERVER_CHOSEN = _row(
    "other-server-chosen", "dhcp",
    "the client chose another server, {server}",
    "Two DHCP servers answer on this wire: stop one of them.",
)
UNKNOWN_REBOOT = _row(
    "unknown-reboot", "dhcp",
    "asks for {address} again, which we never gave it",
    "Normal for a guest; the client starts over when nobody answers.",
)
NOT_AUTHORITATIVE = _row("not-authoritative", "dhcp", "network {network} is not ours to refuse in")
NO_IDENTITY = _row("no-identity", "dhcp", "the client names neither a hardware address nor an identifier")
RESERVED_IN_USE = _row(
    "reserved-in-use", "dhcp",
    "{address} is reserved for this client, but {holder} holds it",
    "It is given as soon as that lease ends: ringboot lease release.",
)
RELEASE_MISMATCH = _row("release-mismatch", "dhcp", "a RELEASE of {address} by somebody else, or from elsewhere")
DECLINE_MISMATCH = _row("decline-mismatch", "dhcp", "a DECLINE of {address} by somebody else, or from elsewhere")
DECLINE_DOUBTED = _row(
    "decline-doubted", "dhcp",
    "somebody declined {address} in its name, but {mac} itself answers there, and nobody else; it keeps its lease",
    "Look for a machine on its wire that forges DHCP messages. Else the device uses an address that it declines.",
)
DECLINE_LIMIT = _row(
    "decline-limit", "dhcp",
    "the client declined {address}, and {most} addresses within this hour already; it is not believed any more",
    "Look at that client: it is broken, somebody sends in its name, or many machines use addresses without a lease. "
    "max_declines in [dhcp] sets the limit.",
)
ADDRESS_IN_USE = _row(
    "address-in-use", "dhcp",
    "{address} answers an ARP probe; it is in quarantine",
    "Find the machine that uses this address without a lease.",
)
ADDRESS_ANSWERS = _row("address-answers", "dhcp", "{address} answers a ping; it is in quarantine",
                       "Find the machine behind the relay that uses this address without a lease.")
NO_ANSWER = _row("no-answer", "dhcp", "the question {question} was not answered in time")
NO_ANSWER_SILENT = _row(
    "no-answer-silent", "dhcp",
    "{origin} should have had a say about this client: {why}; it got no answer",
    "on_no_answer of the hook, else of [dhcp], says what happens then: silent or serve. See ringboot script list.",
)
NO_ANSWER_SERVED = _row(
    "no-answer-served", "dhcp",
    "scripts or sources should have had a say about this client: {why}; it was served without",
    NO_ANSWER_SILENT.help,
)
SCRIPT_GAVE = _row("script-gave", "dhcp", "{origin} gave {address} ({took})")
SCRIPT_GAVE_NETWORK = _row("script-gave-network", "dhcp", "{origin} gave an address of network {network} ({took})")
SCRIPT_CHANGED = _row("script-changed", "dhcp", "scripts changed the answer ({took})")
SCRIPT_SILENT = _row("script-silent", "dhcp", "{origin} says that this client gets no answer")
SCRIPT_REFUSED = _row("script-refused", "dhcp", "{origin} gives this client nothing")
NAK_SCRIPT = _row("nak-script", "dhcp", "refused {address}: {origin} does not give it to this client")
SCRIPT_CHANGED_ADDRESS = _row(
    "script-changed-address", "dhcp",
    "{origin} wrote {wrote} where {address} stood; nothing was sent",
    "Only a reservation gives an address: return one from hook.unknown or hook.chosen.",
)
SCRIPT_UNUSABLE = _row(
    "script-unusable", "dhcp",
    "{origin} made an answer that cannot be sent: {why}",
    "Correct the script; ringboot script test shows what it makes of a message.",
)
GIVEN_ELSEWHERE = _row(
    "given-elsewhere", "dhcp",
    "{origin} gave {address}, which lies in no network of the client's wire ({network})",
    "Correct what it gives, or set the same segment for the networks of one wire.",
)
GIVEN_NO_NETWORK = _row(
    "given-no-network", "dhcp",
    "{origin} gave an address of network {network}, which has no pools on the client's wire ({wire})",
    GIVEN_ELSEWHERE.help,
)
GIVEN_UNUSABLE = _row(
    "given-unusable", "dhcp",
    "{origin} gave {address}, which no client can have: {why}",
    "Correct what it gives.",
)
GIVEN_TAKEN = _row(
    "given-taken", "dhcp",
    "{origin} gave {address}, which is not free: {holder} has it",
    "Give another one, or take it back: ringboot lease release.",
)
JOURNAL_FAILED = _row(
    "journal-failed", "dhcp",
    "the lease could not be written: {why}",
    "Look at free space and rights of the data directory.",
)
SUPERSEDED = _row("superseded", "dhcp", "a newer message of the same client took this one's place")
OVERLOADED = _row(
    "overloaded", "dhcp",
    "more came in than could be answered; the oldest that may be asked again was left out",
    "A client that gets no answer asks again; look for a machine that floods the network.",
)
OVER_SHARE = _row(
    "over-share", "dhcp",
    "more came at once from its circuit, or in its name, than is its share",
    "Look for a machine that floods the network, at that port of the switch or with that MAC.",
)
GAVE_UP = _row(
    "gave-up", "dhcp",
    "it had waited so long that its client has asked again, or given up",
    "Normal after a start that took a while. Else see ringboot top: what keeps DHCP waiting?",
)
NOT_DECIDED = _row(
    "not-decided", "dhcp",
    "a fault of this program: {why}",
    "The daemon's log has the message and the traceback; please report both.",
)
# Leases that no longer fit what is configured
LEASE_NETWORK_GONE = _row("lease-network-gone", "lease", "no network holds {address} any more; it was of {network}",
                          "The client starts over when its lease ends. Earlier: restart it.")
LEASE_OUTSIDE_POOLS = _row("lease-outside-pools", "lease", "{address} lies in no pool of network {network} any more")
LEASE_POOL_CLOSED = _row("lease-pool-closed", "lease", "the pool of {address} in network {network} is closed to it")
LEASE_NOT_SERVED = _row("lease-not-served", "lease", "network {network} does not serve this client any more")
LEASE_RESERVED_FOR_ANOTHER = _row(
    "lease-reserved-for-another", "lease",
    "{address} is reserved for another one, {holder}",
    "Whom it is reserved for gets it when this lease ends: ringboot lease release ends it now.",
)
LEASE_RESERVED_ELSEWHERE = _row("lease-reserved-elsewhere", "lease", "{reserved} is reserved for this client now")
LEASE_NOT_RENEWED = _row("lease-not-renewed", "lease", "{address} will not be renewed: {why}")
CLIENT_QUARANTINED = _row(
    "client-quarantined", "lease",
    "is not known here, and got {address} in the quarantine network {network}",
    "If it is one of yours: ringboot register {mac}, or ringboot device add for a phone.",
)
MADE_KNOWN = _row(
    "made-known", "lease", "{who} made it known{named}: {place}", "It moves there when it renews its lease."
)
# Files
SERVED = _row("served", "file", "{path} was sent ({size} octets)")
NOT_MODIFIED = _row("not-modified", "file", "{path} is unchanged since the device read it last")
BROKEN_OFF = _row("broken-off", "file", "sending {path} broke off: {why}")
FILE_MISSING = _row(
    "file-missing", "file", "{path} does not exist", "See which files the device has: ringboot device files {mac}."
)
FIRMWARE_MISSING = _row(
    "firmware-missing", "file",
    "firmware {path} (version {version}) is not installed",
    "Install its package: ringboot firmware list. Or put the file into var/tftpboot of the plugin's folder.",
)
NOT_YOURS = _row(
    "not-yours", "file",
    "{path} belongs to {owner}, but the request came from {mac}",
    "If this is the right phone, look for two machines with one address.",
)
NO_PROOF = _row(
    "no-proof", "file",
    "{path} belongs to {owner}, and nothing proves that {peer} is that device",
    "The device must ask from the address that we leased to it, with a certificate of its brand, or by its secret URL.",
)
WRONG_URL = _row("wrong-url", "file", "{peer} asked with a secret URL that is nobody's",
                 "If it is one of yours, give it its URL again: ringboot device url.")
CERTIFICATE_DOUBTED = _row(
    "certificate-doubted", "file",
    "the certificate {subject} that {peer} shows proves nothing: {why}",
    "Name the CA of its brand in [[https.client_ca]]. A lease and a secret URL prove a device too.",
)
OLD_TLS = _row(
    "old-tls", "file",
    "{peer} speaks {tls} on the listener for old TLS: brand {brand}, {agent}",
    "It can use the listener of [https] as soon as newer firmware speaks TLS 1.2.",
)
UNKNOWN_DEVICE = _row(
    "unknown-device", "file",
    "{path} was refused: no device is known at {peer}, and nothing in the request names one",
    "If it is one of yours, add it: ringboot device add --mac {mac} --plugin PLUGIN. "
    "If no plugin knows its brand, begin one: ringboot plugin new BRAND --from-device {mac}.",
)
NO_PLUGIN = _row(
    "no-plugin", "file",
    "{path} was refused: no plugin makes files for this device",
    "See ringboot plugin list, and choose one: ringboot device set {mac} --plugin PLUGIN.",
)
BAD_PATH = _row("bad-path", "file", "{path} leaves the folder that is served")
BAD_REQUEST = _row("bad-request", "file", "not a request that can be read: {why}")
NOT_READABLE = _row("not-readable", "file", "{path} cannot be read: {why}",
                    "Look at the rights of the file in var/tftpboot of the plugin's folder.")
PART_SENT = _row("part-sent", "file", "a part of {path} was sent ({size} octets)")
ASKED_ABOUT = _row("asked-about", "file", "was told the size of {path}, and did not fetch it")
NOT_OFFERED = _row("not-offered", "file", "{what} is not offered here")
NOT_ANSWERED = _row(
    "not-answered", "file",
    "nobody said in time what {path} is",
    "The daemon is overloaded or failed: see its log, and ringboot status.",
)
BUSY = _row(
    "busy", "file",
    "more requests at once than are served",
    "One address that asks very often, or a limit that is too low for this site.",
)
# Devices
DEVICE_CREATED = _row("device-created", "device", "made itself known by {evidence}: {name}")
DEVICE_ADDED = _row("device-added", "device", "was added by {who}")
DEVICE_CHANGED = _row("device-changed", "device", "changed: {changes}")
DEVICE_REMOVED = _row("device-removed", "device", "was removed by {who}")
ASSOCIATED = _row("associated", "device", "plugin {plugin} was chosen: {why}")
CONFIG_CREATED = _row("config-created", "device", "config {config} was made from {parent}")
CONFIGURED = _row("configured", "device", "its files stand ready: {count}, changed: {changed}")
TEMPLATE_ERROR = _row(
    "template-error", "device",
    "{template}, line {line}: {why}",
    "Mend the template in the plugin's folder, then: ringboot device reconfigure {mac}.",
)
RENDER_FAILED = _row("render-failed", "device", "the files could not be made: {why}",
                     "Mend what is named, then: ringboot reload, or ringboot device reconfigure {mac}.")
CLAIM_CONTRADICTS = _row(
    "claim-contradicts", "device",
    "{peer} asked for {path} in the name of {claimed}, but that address belongs to {proven}",
    "Look at what is plugged in there: a stranger, or a phone set up for another one's MAC.",
)
NAME_REGISTERED = _row("name-registered", "device", "{name} stands in the DNS for {address}")
NAME_REMOVED = _row("name-removed", "device", "{name} no longer stands in the DNS for {address}")
NAME_CONFLICT = _row("name-conflict", "device", "{name} belongs to another client in the DNS, or was written by hand",
                     "Give the device another name, or remove the old one from the DNS; then: ringboot dns retry.")
NAME_REFUSED = _row("name-refused", "device", "the DNS server {server} does not take {name}: {why}",
                    "Compare key and zones of [dns] with the server's configuration. Then: ringboot dns retry.")
ROLLED_BACK = _row("rolled-back", "device", "{who} put back the files of its generation {number}")
URL_MADE = _row("url-made", "device", "its secret URL was made for {who}")
URL_RENEWED = _row("url-renewed", "device", "{who} gave it a new secret URL; the one before opens nothing any more")
CODE_USED = _row("code-used", "device", "config {config} was given to the phone at {address} by its code")
CODE_UNKNOWN = _row("code-unknown", "device", "a code was dialled at {address} that no config has",
                    "See ringboot config show: code. Somebody who tries codes is stopped after a few.")
CODE_NOBODY = _row("code-nobody", "device", "a code was dialled at {address}, where no device is known",
                   "The device must have got its address or its files from here.")
CODE_SEVERAL = _row(
    "code-several", "device",
    "a code was dialled at {address}, where {count} devices are, and account {user} does not tell which",
    "Assign the config by hand: ringboot device set DEVICE --use-config CONFIG.",
)
CODE_NOT_SURE = _row(
    "code-not-sure", "device",
    "a code was dialled at {address}; account {user} is not that of the device known there, and NAT is on",
    CODE_SEVERAL.help,
)
CODE_LIMITED = _row("code-limited", "device", "too many wrong codes from {address}, or of all; wait {minutes} minutes",
                    "See ringboot metrics: codes.")
# The SIP door
SIP_REGISTERED = _row("sip-registered", "sip", "a phone without a user registered")
SIP_CHALLENGED = _row("sip-challenged", "sip", "a phone was asked who it is")
SIP_REFUSED = _row("sip-refused", "sip", "account or password is not that of a phone without a user at its address",
                   "Compare proxy_ip of config autoprov, and the phone's address in ringboot device show.")
SIP_NO_CODE = _row("sip-no-code", "sip", "something was dialled that is no code of six digits")
SIP_ENDED = _row("sip-ended", "sip", "a call was ended as it should")
SIP_LOST = _row("sip-lost", "sip", "a phone did not acknowledge an answer, or not answer our BYE",
                "A firewall between us? The phone hears us at the port that it calls from.")
SIP_TOO_MANY_CALLS = _row("sip-too-many-calls", "sip", "too many phones call at once", "Dial again in a few seconds.")
SIP_TOO_MUCH = _row("sip-too-much", "sip", "more messages a second than are looked at",
                    "Who sends them? Only phones should reach the port.")
SIP_UNREADABLE = _row("sip-unreadable", "sip", "a message that is no SIP request, or lacks what each has")
# Machines that boot from the network
MACHINE_WAITING = _row("machine-waiting", "device", "asked what to boot, and waits for a person",
                       "Let it be installed: ringboot boot approve DEVICE. Setting boot_approval can do without.")
MACHINE_APPROVED = _row("machine-approved", "device", "{who} let it be installed")
MACHINE_INSTALLED = _row("machine-installed", "device", "it is installed and called home; now it starts from its disk")
ONCE_NOBODYS = _row("once-nobodys", "file", "{peer} asked with a one-shot URL that opens nothing (any more): {path}",
                    "It ends when the machine is installed, or installed again.")
ONCE_ELSEWHERE = _row("once-elsewhere", "file", "{peer} used the one-shot URL of {mac}, which has another address",
                      "The URL leaked, or the machine has a lease of another server.")
ONCE_USED = _row("once-used", "file", "{path} was asked for a second time",
                 "To install the machine once more: ringboot boot again {mac}.")
ADDRESS_TAKEN = _row("address-taken", "device", "lost its address {address} to {mac}")
# Being told to read its files again
SYNC_TOLD = _row("sync-told", "sync", "{target} was told to read its files again: {event}")
SYNC_DONE = _row("sync-done", "sync", "it was told, and fetched {path} as it is now")
SYNC_FETCHED_NOTHING = _row(
    "sync-fetched-nothing", "sync",
    "{target} was told, but did not fetch {path} within {seconds} s",
    "It may wait until a call ends, need a key to be pressed, or have this switched off in its settings. "
    "See what it did: ringboot explain {mac}. The setting sync_wait gives it more time.",
)
SYNC_FETCHED_OLD = _row(
    "sync-fetched-old", "sync",
    "{target} was told, but what it fetched of {path} is not what stands there now",
    "The file was made again meanwhile: synchronise the device once more.",
)
SYNC_NO_ADDRESS = _row(
    "sync-no-address", "sync",
    "nothing tells at which address it is",
    "It needs a lease, or must ask for a file; or say where it hears SIP: "
    "ringboot device set {mac} --option sip_contact=ADDRESS:PORT.",
)
SYNC_BAD_CONTACT = _row(
    "sync-bad-contact", "sync",
    "its option sip_contact does not say where it hears SIP: {contact}",
    "Write ADDRESS, ADDRESS:PORT or ADDRESS:PORT;transport=tcp: ringboot device set {mac} --option sip_contact=...",
)
SYNC_NOT_SUPPORTED = _row(
    "sync-not-supported", "sync",
    "plugin {plugin} knows no way to tell {model} to read its files again",
    "Restart the device.",
)
SYNC_NO_PLUGIN = _row("sync-no-plugin", "sync", "no plugin makes its files", "Choose one: ringboot device set {mac}.")
SYNC_NOT_CONFIGURED = _row(
    "sync-not-configured", "sync",
    "its files could not be made: {why}",
    "Mend what is named, then: ringboot device reconfigure {mac} --sync.",
)
SYNC_NO_ANSWER = _row(
    "sync-no-answer", "sync",
    "{target} does not answer SIP: {why}",
    "Is it on, is that its address and port (settings sip_port, option sip_contact), does a firewall stand between?",
)
SYNC_REJECTED = _row(
    "sync-rejected", "sync",
    "{target} answered {code} {phrase}",
    "401, 403 and 407: the account of its first line is another one in the device. 481 and 489: its settings do not "
    "allow the event {event}, or wait for it from its proxy only: see the setting sync_through.",
)
SYNC_BUSY = _row("sync-busy", "sync", "{target} answered {code} {phrase} for now", "Try again when it is free.")
SYNC_ASTERISK_SILENT = _row(
    "sync-asterisk-silent", "sync",
    "Asterisk at {asterisk} cannot be asked to tell it: {why}",
    "Compare the settings ami_host, ami_port, ami_user and ami_secret with Asterisk's manager.conf.",
)
SYNC_ASTERISK_REFUSED = _row(
    "sync-asterisk-refused", "sync",
    "Asterisk at {asterisk} did not tell {target}: {why}",
    "Does Asterisk know that endpoint (pjsip show endpoints)? The setting sync_through says how it is named.",
)
SYNC_STOPPED = _row("sync-stopped", "sync", "{who} stopped the job before")
SYNC_SUPERSEDED = _row("sync-superseded", "sync", "job {job} was asked to do it too, and does it")
SYNC_GONE = _row("sync-gone", "sync", "the device was removed meanwhile")
# Where a boot stopped (explain)
BOOT_DONE = _row("boot-done", "boot", "it has fetched its present configuration")
BOOT_NO_DISCOVER = _row(
    "no-discover", "boot",
    "no DISCOVER was ever seen from it",
    "Look at cable, PoE, VLAN and the relay; capture on the interface: tcpdump port 67.",
)
BOOT_NO_NETWORK = _row(
    "boot-no-network", "boot", "there is no network for where it asks from: {where}", NO_NETWORK.help
)
BOOT_POOL_FULL = _row("boot-pool-full", "boot", "network {network} has no free address", POOL_FULL.help)
BOOT_OTHER_SERVER = _row(
    "boot-other-server", "boot", "it took the offer of another server, {server}", OTHER_SERVER_CHOSEN.help
)
BOOT_NAK_LOOP = _row(
    "nak-loop", "boot",
    "it asks for {address} and is refused, again and again",
    "Two servers, or a device that keeps an old address: restart it with its network settings reset.",
)
BOOT_NOT_ANSWERED = _row(
    "boot-not-answered", "boot",
    "it has no address: {why}",
    "Look for a second DHCP server on its wire, and whether answers reach it: tcpdump port 68.",
)
BOOT_NO_FILE = _row(
    "no-file-asked", "boot",
    "it has its address but never asked for a file",
    "See whether it takes the server from DHCP: the options that it was given stand below.",
)
BOOT_FILE_REFUSED = _row(
    "boot-file-refused", "boot",
    "it was refused {path}: {why}",
    "A device gets its own files at the address that we leased to it, and nobody else's.",
)
BOOT_BROKEN_OFF = _row(
    "boot-broken-off", "boot",
    "it did not get the whole of {path}: {why}",
    "Look at the wire between: speed and duplex of the port, firewalls, the MTU.",
)
BOOT_NO_OWN_FILE = _row(
    "no-own-file-asked", "boot",
    "it fetched {path}, but never asked for a file of its own",
    "Compare its files with what it asks for; both stand below.",
)
BOOT_FILE_MISSING = _row(
    "boot-file-missing", "boot",
    "it asks for {path}, which does not exist",
    "Compare with its files below: another folder comes from the option that names the server, "
    "another name from a model that was taken for a different one.",
)
BOOT_TEMPLATE_ERROR = _row("boot-template-error", "boot", "its files could not be rendered: {why}", TEMPLATE_ERROR.help)
BOOT_FIRMWARE_MISSING = _row(
    "boot-firmware-missing", "boot", "it asks for firmware {path}, which is not installed", FIRMWARE_MISSING.help
)
BOOT_OLD_CONFIG = _row(
    "boot-old-config", "boot",
    "it fetched {path}, which has changed since",
    "Restart the device, so that it reads its files again.",
)
BOOT_FOREIGN_SERVER = _row(
    "boot-foreign-server", "boot", "another DHCP server, {server}, answers on {interface}", OTHER_SERVER_CHOSEN.help
)
# The daemon
MET_BETWEEN = _row(
    "met-between-boots", "daemon",
    "another DHCP server, {server}, answered on {interface}; it may have served this device",
    OTHER_SERVER_CHOSEN.help,
)
FOREIGN_SERVER = _row(
    "foreign-server", "daemon", "another DHCP server answers on {interface}: {server}", OTHER_SERVER_CHOSEN.help
)
DNS_SILENT = _row("dns-silent", "daemon", "the DNS server {server} does not answer: {why}",
                  "Names wait until it does: ringboot dns list. Look at the server, and at server and port of [dns].")
CLOCK_JUMPED = _row(
    "clock-jumped", "daemon",
    "the clock jumped by {seconds} s",
    "Leases run by the clock; set it by NTP before the daemon starts.",
)
INTERFACE_SERVED = _row(
    "interface-served", "daemon", "DHCP is answered on interface {interface} from now on; its addresses: {addresses}"
)
INTERFACE_NOT_SERVED = _row(
    "interface-not-served", "daemon",
    "DHCP is not answered on interface {interface}: {why}",
    "See ip address show. It is answered as soon as the interface is there, up, and has an address.",
)
ECHO_NOT_POSSIBLE = _row("echo-not-possible", "daemon", "no raw socket: who uses addresses behind relays is not known",
                         "Start the daemon as root or with CAP_NET_RAW, or set probe_relayed = false in [dhcp].")
SCAN_FOUND = _row(
    "scan-found", "daemon",
    "{address} of network {network} is used on {interface} by somebody without a lease; it is in quarantine",
    "Find the machine that uses this address: ip neigh show {address}.",
)
SCAN_FOUND_MANY = _row(
    "scan-found-many", "daemon",
    "half of the addresses of network {network} are in quarantine; the scan finds more that are used without a lease",
    "Those of another server's clients? Take its leases over: ringboot import ... --leases. Else look for a machine "
    "that answers ARP for all: ip neigh.",
)
SCAN_NOT_POSSIBLE = _row("scan-not-possible", "daemon", "no raw socket: who uses addresses on {interface} is not known",
                         "Start the daemon as root or with CAP_NET_RAW, or set scan = false in [dhcp].")
POOL_RECOVERED = _row(
    "pool-recovered", "daemon", "pool {pool} of network {network} has room again: {free} addresses are free"
)
WEBHOOK_SILENT = _row(
    "webhook-silent", "daemon",
    "webhook {webhook} does not take what it is told: {why}",
    "What it was to be told waits. Look at the receiver, then: ringboot webhook test {webhook}.",
)
WEBHOOK_TRIED = _row("webhook-tried", "daemon", "{who} tries webhook {webhook}")
PROCESS_RESTARTED = _row("process-restarted", "daemon", "process {process} ended ({why}) and was started again")
# What needs a person (attention)
PROCESS_DOWN = _row(
    "process-down", "attention", "process {process} does not run: {why}",
    "It is started again by itself. If that goes on, the daemon's log says why; see ringboot status.",
)
POOL_LOW = _row(
    "pool-low", "attention", "pool {pool} of network {network} is {percent} % taken: {free} addresses are free",
    POOL_FULL.help,
)
QUARANTINED = _row(
    "quarantined", "attention",
    "{address} in network {network} is in quarantine for {minutes} minutes more: somebody uses it without a lease",
    DECLINED.help,
)
PLUGIN_ENDED = _row(
    "plugin-ended", "attention", "plugin {plugin} has come to the end of its life; devices that use it: {count}",
    "Move them to another: ringboot device move --from {plugin} --to PLUGIN.",
)
DEVICE_WAITS = _row(
    "device-waits", "attention", "{name} ({model}) was seen, and no plugin makes its files",
    "Give it a plugin: ringboot device set {id} --plugin PLUGIN. Or install one for its brand: ringboot plugin list.",
)
MACHINE_WAITS = _row(
    "machine-waits", "attention", "{name} ({model}) wants to be installed over the network",
    "Let it: ringboot boot approve {mac}.",
)
DEVICE_FAILED = _row(
    "device-failed", "attention", "{name} ({model}) has no files: {why}",
    "Mend what the problem names, then: ringboot device reconfigure {id}.",
)
DEVICE_STUCK = _row(
    "device-stuck", "attention",
    "{name} ({model}) began to boot {minutes} minutes ago and has not fetched its configuration",
    "See where it stopped: ringboot explain --mac {mac}.",
)
# Roll-outs
ROLLOUT_RUNS = _row("rollout-runs", "daemon", "{count} devices are being moved")
ROLLOUT_GOES_ON = _row("rollout-goes-on", "daemon", "it goes on")
ROLLOUT_OUTSIDE = _row("rollout-outside", "daemon", "it waits for its window, {window}")
ROLLOUT_FIRST_DONE = _row(
    "rollout-first-done", "daemon",
    "the first group is done; {left} are left",
    "Look at the devices of the first group, then: ringboot rollout resume, or abort.",
)
ROLLOUT_FAILURES = _row(
    "rollout-failures", "daemon",
    "{count} devices failed",
    "See ringboot rollout show; mend what is named, then: ringboot rollout resume --again.",
)
ROLLOUT_CANNOT = _row(
    "rollout-cannot", "daemon", "it cannot go on: {why}", "Mend what is named, then: ringboot rollout resume."
)
ROLLOUT_DONE = _row("rollout-done", "daemon", "every device was moved, failed, or needed no move")
ROLLOUT_ABORTED = _row("rollout-aborted", "daemon", "it was aborted by {who}; devices not yet moved stay as they were")
ROLLOUT_STATE = _row("rollout", "daemon", "roll-out {rollout} from {old} to {new} is {state}: {why}")
PLUGIN_BROKEN = _row(
    "plugin-broken", "daemon",
    "plugin {plugin} cannot be used: {why}",
    "Mend the file named, then: ringboot reload. Other plugins are not affected.",
)
# fmt: on


def tell(reason_id: str, detail: Mapping[str, object]) -> str:
    """Fill a reason's text; what the detail lacks reads "?", an unknown reason is its id."""
    row = TABLE.get(reason_id)
    if row is None:
        return reason_id
    return fill(row.text, detail)


def advise(reason_id: str, detail: Mapping[str, object]) -> str:
    """Fill what to do about a reason; empty when there is nothing to do, or the reason is unknown."""
    row = TABLE.get(reason_id)
    return "" if row is None else fill(row.help, detail)


def fill(text: str, detail: Mapping[str, object]) -> str:
    """Put the details into a text; one that is not there reads "?"."""
    return text.format_map(_Blank(detail))


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
