"""The ways in which a boot ends, each really gone by a handset before a daemon: reason -> how to get there."""

from __future__ import annotations

from collections.abc import Callable

from tests.whole.explain.handset import REQUESTED, SERVER, Handset
from tests.whole.explain.scene import NOWHERE, TINY_RELAY, Scene

from ringboot.dhcp.message import DISCOVER, REQUEST
from ringboot.model.address import ip_wire

Way = Callable[[Scene], Handset]
FOREIGN = bytes((127, 77, 0, 66))


def _boots(scene: Scene, phone: Handset) -> None:
    base = phone.server("43.2")
    scene.fetch(phone, f"{base}/aastra.cfg")
    scene.fetch(phone, f"{base}/{{model}}.cfg", "404")
    scene.fetch(phone, f"{base}/{{MAC}}.cfg")


def comes_up(scene: Scene) -> Handset:
    """Everything is as it should be, also an option of its own reservation."""
    phone = scene.phone(1)
    scene.daemon.run(
        "reservation", "add", "127.77.2.1", "--network", "phones", "--mac", phone.mac,
        "--hostname", "desk-1", "--option", "ntp-servers=127.77.0.9",
    )  # fmt: skip
    assert phone.obtain() == "127.77.2.1"
    scene.until(phone, lambda told: told["device"] and told["device"]["configured"])
    _boots(scene, phone)
    return phone


def is_never_seen(scene: Scene) -> Handset:
    """Somebody added it, and it is not plugged in."""
    phone = scene.phone(2)
    scene.daemon.run("device", "add", "--mac", phone.mac, "--model", phone.model)
    return phone


def asks_from_nowhere(scene: Scene) -> Handset:
    """Its relay stands in no network of ours."""
    phone = scene.phone(3, relay=NOWHERE)
    phone.say(DISCOVER, {})
    return phone


def finds_no_room(scene: Scene) -> Handset:
    """Another one has the only address of the pool."""
    scene.phone(4, relay=TINY_RELAY).obtain()
    phone = scene.phone(5, relay=TINY_RELAY)
    phone.say(DISCOVER, {})
    return phone


def chooses_another_server(scene: Scene) -> Handset:
    """It is offered an address here, and takes that of another server."""
    phone = scene.phone(6)
    offer = phone.discover("127.77.1.6")
    phone.say(REQUEST, {REQUESTED: ip_wire(offer.yiaddr), SERVER: FOREIGN})
    return phone


def insists(scene: Scene) -> Handset:
    """It restarts again and again with an address from elsewhere."""
    phone = scene.phone(7)
    why = {phone.insist("192.168.1.20") for _ in range(3)}
    assert why == {"refused 192.168.1.20: it does not belong to network phones"}
    return phone


def asks_no_file(scene: Scene) -> Handset:
    """It takes its address, and nothing else."""
    return scene.up(8)


def asks_for_anothers_file(scene: Scene) -> Handset:
    """A phone that was set up by hand for another one's file."""
    other, phone = scene.up(9), scene.up(10)
    got = phone.fetch(other.filled(f"http://127.0.0.1:{scene.http}/Aastra/{{MAC}}.cfg"))
    assert (got.status, got.body) == ("404", None)
    return phone


def asks_in_the_wrong_folder(scene: Scene) -> Handset:
    """Its reservation names the server without the folder of its brand."""
    phone = scene.phone(11)
    server = f"http://127.0.0.1:{scene.http}"
    scene.daemon.run(
        "reservation", "add", "127.77.2.11", "--network", "phones", "--mac", phone.mac,
        "--option", f"tftp-server-name={server}", "--option", f"43.2={server}",
    )  # fmt: skip
    phone.obtain()
    scene.until(phone, lambda told: told["device"] and told["device"]["configured"])
    assert phone.server("43.2") == phone.server("66") == server
    scene.fetch(phone, f"{server}/aastra.cfg", "404")
    scene.fetch(phone, f"{server}/{{MAC}}.cfg", "404")
    return phone


def has_a_template_with_a_wrong_name(scene: Scene) -> Handset:
    """Somebody wrote a template for this phone that asks for what is not there."""
    return _with_template(scene, 12, "# Reception\nsip proxy ip: {{ proxy }}\n")


def has_a_template_that_is_none(scene: Scene) -> Handset:
    """Somebody forgot an end."""
    return _with_template(scene, 13, "# Reception\n{% if admin_password %}\nadmin password: {{ admin_password }}\n")


def _with_template(scene: Scene, number: int, text: str) -> Handset:
    phone = scene.phone(number)
    folder = scene.daemon.data / "plugins" / "aastra" / "var" / "templates"
    (folder / phone.filled("{MAC}.cfg.tpl")).write_text(text)
    phone = scene.up(number)
    scene.fetch(phone, f"{phone.server('43.2')}/{{MAC}}.cfg", "404")
    return phone


def wants_firmware(scene: Scene) -> Handset:
    """It reads its file by TFTP, and then asks for firmware that nobody has put there."""
    phone = scene.up(14, brand="cisco-7900", model="7961G")
    scene.fetch(phone, f"tftp://127.0.0.1:{scene.tftp}/SEP{{MAC}}.cnf.xml")
    scene.fetch(phone, f"tftp://127.0.0.1:{scene.tftp}/SCCP41.8-5-2S.loads", "error 1")
    return phone


def has_an_old_file(scene: Scene) -> Handset:
    """It was given a line after it came up."""
    phone = scene.up(15)
    _boots(scene, phone)
    line = ("sip_lines.1.number=1015", "sip_lines.1.username=1015", "sip_lines.1.proxy_ip=127.0.0.1")
    scene.daemon.run("config", "add", "reception", "--parent", "base", "--parent", "defaultconfigdevice", *line)
    scene.daemon.run("device", "set", phone.mac, "--use-config", "reception")
    return phone


WAYS: dict[str, Way] = {  # name of the golden file, which begins with the reason
    "boot-done": comes_up,
    "no-discover": is_never_seen,
    "boot-no-network": asks_from_nowhere,
    "boot-pool-full": finds_no_room,
    "boot-other-server": chooses_another_server,
    "nak-loop": insists,
    "no-file-asked": asks_no_file,
    "boot-file-refused": asks_for_anothers_file,
    "boot-file-missing": asks_in_the_wrong_folder,
    "boot-template-error": has_a_template_with_a_wrong_name,
    "boot-template-error, syntax": has_a_template_that_is_none,
    "boot-firmware-missing": wants_firmware,
    "boot-old-config": has_an_old_file,
}


def explained(scene: Scene, name: str) -> str:
    """Go a way to its end, and give what explain says then."""
    phone = WAYS[name](scene)
    reason = name.partition(",")[0]
    scene.until(phone, lambda told: told["boot"]["reason"] == reason)
    return scene.explained(phone)
