"""ringboot device: phones, gateways and softphones, and their files."""

from __future__ import annotations

import os
from io import BytesIO, StringIO
from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli import completion, syncs
from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, NOT_FOUND, USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows, split_filter
from ringboot.cli.progress import watched
from ringboot.cli.show import Column, counted, moment, print_table, print_thing

COLUMNS = (
    Column("mac", "MAC"),
    Column("ip", "ADDRESS"),
    Column("vendor", "VENDOR"),
    Column("model", "MODEL"),
    Column("version", "VERSION"),
    Column("plugin", "PLUGIN"),
    Column("config", "CONFIG"),
    Column("configured", "CONFIGURED"),
    Column("id", "ID"),
)
FILE_COLUMNS = (
    Column("path", "PATH"),
    Column("part", "PART"),
    Column("template", "TEMPLATE"),
    Column("secret", "SECRET"),
    Column("fetched", "FETCHED", moment),
)

CONFIGS = completion.names_of("configs", "id", "label")

Named = Annotated[
    str, typer.Argument(metavar="DEVICE", help="Its id, MAC or address.", autocompletion=completion.devices)
]
Several = Annotated[
    list[str] | None,
    typer.Argument(metavar="[DEVICE]...", help="Ids, MACs or addresses.", autocompletion=completion.devices),
]
OfPlugin = Annotated[
    str | None, typer.Option("--plugin", help="All devices of this plugin.", autocompletion=completion.PLUGINS)
]
Every = Annotated[bool, typer.Option("--all", help="All devices.")]
Secrets = Annotated[bool, typer.Option("--secrets", help="Show passwords instead of ***.")]
Mac = Annotated[str | None, typer.Option(help="Its MAC.")]
Ip = Annotated[str | None, typer.Option(help="Its address.")]
Sn = Annotated[str | None, typer.Option(help="Its serial number.")]
Vendor = Annotated[str | None, typer.Option(help="Who made it.")]
Model = Annotated[str | None, typer.Option(help="Its model.")]
Version = Annotated[str | None, typer.Option(help="Its firmware.")]
Plugin = Annotated[str | None, typer.Option(help="The plugin that makes its files.", autocompletion=completion.PLUGINS)]
Config = Annotated[str | None, typer.Option("--use-config", help="The id of its config.", autocompletion=CONFIGS)]
Description = Annotated[str | None, typer.Option(help="A note.")]
Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until every device has read its files, or failed to.")
]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", help="An option of its plugin, as key=text or key:=JSON; may be repeated."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot device list --filter plugin={plugin} --sort model")(list_devices)
    command(app, "show", "ringboot device show {mac}")(show_device)
    command(app, "add", "ringboot device add --mac {mac} --plugin {plugin} --model {model}")(add_device)
    command(app, "set", "ringboot device set {mac} --use-config reception --clear description")(set_device)
    command(app, "remove", "ringboot device remove {mac}")(remove_device)
    command(app, "reconfigure", "ringboot device reconfigure --plugin {plugin}")(reconfigure)
    command(
        app, "synchronize", "ringboot device synchronize {mac}\nringboot device synchronize --filter model={model}"
    )(synchronize)
    command(app, "files", "ringboot device files {mac}")(device_files)
    command(app, "url", "ringboot device url {mac} --renew\nringboot device url {mac} --qr")(secret_url)
    command(app, "show-file", "ringboot device show-file {mac} PATH")(show_file)


def list_devices(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List devices."""
    list_rows(at, "devices", COLUMNS, "devices", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def find_device(at: At, name: str, secrets: bool = False) -> dict[str, Any]:
    """Give the device with this id, MAC (in any spelling) or address."""
    from ringboot.model.address import ip_number, ip_text, norm_mac

    plain = [("secrets", "1")] if secrets else []
    try:
        found: dict[str, Any] = at.api.get("devices", name, parameters=plain)
    except Failure as failure:
        if failure.code != NOT_FOUND:
            raise
    else:
        return found
    for key, read in (("mac", norm_mac), ("ip", lambda text: ip_text(ip_number(text)))):
        try:
            value = read(name)
        except ValueError:
            continue
        page = at.api.get("devices", parameters=[("filter", f"{key}={value}"), ("limit", "10"), *plain])
        if len(page["items"]) == 1:
            only: dict[str, Any] = page["items"][0]
            return only
        if page["items"]:
            ids = ", ".join(str(each["id"]) for each in page["items"])
            raise Failure(f"{page['total']} devices are at {value}. Name one by its id: {ids}.", USAGE)
    raise Failure(f"No device has the id, MAC or address {name}. See: ringboot device list.", NOT_FOUND)


def show_device(at: At, device: Named, secrets: Secrets = False) -> None:
    """Show one device."""
    found = find_device(at, device, secrets)
    if at.json:
        at.tell(found, "")
    else:
        print_thing(found)


def add_device(
    at: At,
    *,
    device_id: Annotated[str | None, typer.Option("--id", help="Its id. Default: one is made.")] = None,
    mac: Mac = None,
    ip: Ip = None,
    sn: Sn = None,
    vendor: Vendor = None,
    model: Model = None,
    version: Version = None,
    plugin: Plugin = None,
    use_config: Config = None,
    description: Description = None,
    option: Options = None,
) -> None:
    """Add a device before it shows itself."""
    given = _given(
        id=device_id, mac=mac, ip=ip, sn=sn, vendor=vendor, model=model, version=version,
        plugin=plugin, config=use_config, description=description, options=option,
    )  # fmt: skip
    made = at.api.post("devices", body=given)
    at.tell(made, f"Device {made['id']} is added.{_trouble(made)}")


def set_device(
    at: At,
    *,
    device: Named,
    mac: Mac = None,
    ip: Ip = None,
    sn: Sn = None,
    vendor: Vendor = None,
    model: Model = None,
    version: Version = None,
    plugin: Plugin = None,
    use_config: Config = None,
    description: Description = None,
    option: Options = None,
    clear: Annotated[list[str] | None, typer.Option(help="A key to empty; may be repeated.")] = None,
) -> None:
    """Change a device.

    Its files are made again where the change matters for them.
    """
    changes = _given(
        mac=mac, ip=ip, sn=sn, vendor=vendor, model=model, version=version,
        plugin=plugin, config=use_config, description=description, options=option,
    )  # fmt: skip
    changes.update(dict.fromkeys(clear or ()))
    if not changes:
        raise Failure("Say what to change: see ringboot device set --help.", USAGE)
    changed = at.api.patch("devices", str(find_device(at, device)["id"]), body=changes)
    at.tell(changed, f"Device {changed['id']} is changed.{_trouble(changed)}")


def _trouble(device: dict[str, Any]) -> str:
    return f" Its files could not be made: {device['problem']}" if device.get("problem") else ""


def _given(options: list[str] | None, **values: str | None) -> dict[str, Any]:
    from ringboot.cli.assignments import tree_of

    given: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
    if options:
        given["options"] = tree_of(options)
    return given


def remove_device(at: At, device: Named) -> None:
    """Remove a device and its files."""
    found = find_device(at, device)
    at.api.delete("devices", str(found["id"]))
    at.tell({"removed": found["id"]}, f"Device {found['id']} is removed.")


def reconfigure(
    at: At,
    *,
    devices: Several = None,
    plugin: OfPlugin = None,
    every: Every = False,
    sync: Annotated[bool, typer.Option("--sync", help="Then let them read their files again.")] = False,
    wait: Wait = True,
) -> None:
    """Make the files of devices again.

    Returns when they stand ready; with --sync when the devices have read them.
    """
    if sum((bool(devices), plugin is not None, every)) != 1:
        raise Failure("Say which: devices, --plugin or --all.", USAGE)
    body: dict[str, Any] = {"all": True} if every else {"plugin": plugin}
    if devices:
        body = {"ids": [str(find_device(at, each)["id"]) for each in devices]}
    if sync:
        body["sync"] = True
    answer = watched(at, "Files are made", lambda: at.api.post("devices", "reconfigure", body=body))
    failed = answer.get("failed") or []
    done = counted(answer["configured"], "devices")
    said = f"{done} configured, {counted(answer['changed'], 'files')} changed."
    if sync:
        answer["sync"] = syncs.followed(at, answer["sync"], wait)
        said += f"\n{syncs.summary(answer['sync'])}"
    at.tell(answer, said)
    if failed:
        raise Failure(
            f"{counted(len(failed), 'devices')} could not be configured. Mend what is named, then try again.",
            FAILED,
            fields={str(each.get("mac") or each["id"]): str(each["problem"]) for each in failed},
        )
    if sync:
        syncs.complain(answer["sync"])


def synchronize(
    at: At,
    *,
    devices: Several = None,
    plugin: OfPlugin = None,
    filters: Filters = None,
    every: Every = False,
    wait: Wait = True,
) -> None:
    """Let devices read their files again, by a SIP NOTIFY.

    A device is done when it has fetched its file as it stands now. How fast they are told, and whether Asterisk tells
    them: ringboot settings list sync.
    """
    chosen = {**({"plugin": plugin} if plugin else {}), **dict(map(split_filter, filters or ()))}
    if sum((bool(devices), bool(chosen), every)) != 1:
        raise Failure("Say which: devices, --plugin and --filter, or --all.", USAGE)
    body: dict[str, Any] = {"all": True} if every else {"filters": chosen}
    if devices:
        body = {"ids": [str(find_device(at, each)["id"]) for each in devices]}
    job = syncs.followed(at, at.api.post("syncs", body=body), wait)
    at.tell(job, syncs.summary(job))
    syncs.complain(job)


def device_files(at: At, device: Named) -> None:
    """List the files that were made for a device."""
    page = at.api.get("devices", str(find_device(at, device)["id"]), "files")
    if at.json:
        at.tell(page, "")
        return
    print_table(page["items"], FILE_COLUMNS)
    print(counted(page["total"], "files"))


def show_file(
    at: At, device: Named, path: Annotated[str, typer.Argument(help="Its path, as ringboot device files shows it.")]
) -> None:
    """Print a file as the device gets it."""
    found = at.api.get("devices", str(find_device(at, device)["id"]), "file", parameters=[("path", path)])
    at.tell(found, str(found["text"]).removesuffix("\n"))


def secret_url(
    at: At,
    device: Named,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make a new one; the one before opens nothing any more.")
    ] = False,
    qr: Annotated[bool, typer.Option("--qr", help="Show it as a QR code too, for a camera.")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the QR code as a picture that only you can read.")
    ] = None,
) -> None:
    """Show the secret URL of a device.

    It opens the files of this device from anywhere: tell it to nobody else. The QR code holds the first of the URLs
    that are shown. For administrators.
    """
    ident = str(find_device(at, device)["id"])
    found = at.api.post("devices", ident, "url", body={"renew": renew})
    urls = [str(found[key]) for key in ("https", "http") if found[key]]
    if (qr or svg is not None) and not urls:
        raise Failure("Neither HTTP nor HTTPS is served, so there is no URL. See [http] and [https].", FAILED)
    said = "\n".join(urls) or str(found["path"])
    if qr:
        said += f"\n{_drawn(urls[0])}"
    if svg is not None:
        _draw(urls[0], svg)
        said += f"\nThe QR code is in {svg}."
    at.tell(found, said)


def _drawn(url: str) -> str:
    """Draw a QR code with signs of half a line's height."""
    import segno

    drawn = StringIO()
    segno.make_qr(url).terminal(drawn, compact=True)
    return drawn.getvalue().removesuffix("\n")


def _draw(url: str, svg: Path) -> None:
    """Write a QR code as SVG; who can read it has the device's passwords."""
    import segno

    picture = BytesIO()
    segno.make_qr(url).save(picture, kind="svg", scale=8)
    try:
        with os.fdopen(os.open(svg, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(picture.getvalue())
    except OSError as error:
        raise Failure(f"{svg} cannot be written: {error.strerror}.", FAILED) from None
