"""ringboot plugin new|lint|test: a plugin that somebody writes, begun and tried before it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.show import clean, counted

if TYPE_CHECKING:
    from ringboot.plugins.schema import Manifest

Folder = Annotated[Path, typer.Argument(help="The plugin's folder.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "new", "ringboot plugin new acme --from-device {mac} --user-agent 'Acme D10 2.1.0'")(new_plugin)
    command(app, "lint", "ringboot plugin lint ./acme")(lint_plugin)
    command(app, "test", "ringboot plugin test ./acme --update")(try_plugin)


def new_plugin(
    at: At,
    *,
    name: Annotated[str, typer.Argument(help="The brand: small letters, digits and dashes. Its folder is made here.")],
    from_device: Annotated[
        str | None, typer.Option(help="The MAC of a phone that the daemon saw: what it said and asked for is taken.")
    ] = None,
    vendor_class: Annotated[str | None, typer.Option(help="What it says in DHCP option 60.")] = None,
    user_agent: Annotated[str | None, typer.Option(help="What it says as User-Agent.")] = None,
    asks: Annotated[
        list[str] | None, typer.Option(help="A file that it asks for, instead of those seen; can be given again.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Its model. Default: the first word with a digit in it.")] = None,
    title: Annotated[str | None, typer.Option(help="The brand's name as people write it.")] = None,
) -> None:
    """Begin a plugin from what one phone says of itself.

    Writes a folder with manifest, templates, samples and a case to test, which has no fault, and marks as unverified
    what it guessed: correct that, then write what the phone's files have to say. Asks the daemon only with
    --from-device.
    """
    from ringboot.plugins.manifest import FILE, BadManifest, parse_manifest
    from ringboot.plugins.sketch import Said, sketch
    from ringboot.plugins.trial import faults

    folder = Path(name)
    if folder.exists():
        raise Failure(f"{folder} is there already. Choose another name, or go on with: ringboot plugin lint.", FAILED)
    try:
        mac, seen, asked = _seen(at, from_device)
        typed = {"dhcp.60": vendor_class, "http.user-agent": user_agent}
        evidence = {**seen, **{kind: text for kind, text in typed.items() if text is not None}}
        kinds = tuple(kind for kind, text in seen.items() if evidence[kind] == text)
        files = sketch(name, title or name.capitalize(), Said(evidence, mac, model, tuple(asks or asked), kinds))
        parse_manifest(files[FILE])
    except ValueError as error:
        raise Failure(f"{error}.", USAGE) from None
    except BadManifest as error:
        raise Failure(f"{name} cannot be made: {error.why}.", USAGE) from None
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    found = faults(folder, _built_in())
    then = f"Correct what is marked unverified in {folder / FILE}, then: ringboot plugin lint {folder}"
    told = "\n".join(
        [f"{folder / path}" for path in files] + [clean(f"{folder / f.file}:{f.line}: {f.what}") for f in found]
    )
    at.tell(
        {"folder": str(folder), "files": sorted(files), "faults": [each._asdict() for each in found]}, f"{told}\n{then}"
    )


def _seen(at: At, device: str | None) -> tuple[str | None, dict[str, str], list[str]]:
    """Ask the daemon for a phone's MAC, for what it said, and for the files that it asked for, the first one first."""
    from ringboot.model.address import norm_mac
    from ringboot.plugins.names import check

    if device is None:
        return None, {}, []
    mac = norm_mac(device)
    told = at.api.get("explain", mac)
    classes = (lease["vendor_class"] for lease in told["leases"] if lease.get("vendor_class"))
    said = {"dhcp.60": next(classes, None), "http.user-agent": next(iter(told["said"]["agents"]), None)}
    asked = [path for path in reversed(told["said"]["asks"]) if check(path) is None]
    return mac, {kind: str(text) for kind, text in said.items() if text is not None}, asked


def _built_in() -> list[Manifest]:
    from ringboot.catalog import FOLDER
    from ringboot.plugins.manifest import FILE, load_manifest

    return [load_manifest(path) for path in sorted(FOLDER.iterdir()) if (path / FILE).exists()]


def lint_plugin(at: At, *, folder: Folder) -> None:
    """Find what is wrong with a plugin before it is installed.

    The manifest's shape and its folder's name; rules without a sample, samples that are not recognised exactly or that
    a built-in brand knows as well; templates that name what there is not, or that could tell a secret to everybody;
    and files that cannot be made, for each model with nothing and with everything configured. Ends with 1 when there
    is a fault.
    """
    from ringboot.plugins.trial import faults

    _there(folder)
    found = faults(folder, _built_in())
    text = "\n".join(clean(f"{folder / file}:{line}: {what}") for file, line, what in found)
    at.tell({"items": [each._asdict() for each in found]}, text.replace(":0: ", ": ") or f"{folder} has no fault.")
    if found:
        raise Failure(f"{counted(len(found), 'faults')} in {folder}.", FAILED)


def try_plugin(
    at: At,
    *,
    folder: Folder,
    change: Annotated[bool, typer.Option("--update", help="Write the files as they are made now.")] = False,
) -> None:
    """Make a plugin's golden files and show what differs.

    golden/cases.toml in its folder says for which models, with which configs. Read what differs; when it is meant, say
    --update. Ends with 1 when something differs that was not written.
    """
    from ringboot.cli.templates import unified
    from ringboot.plugins.golden import FOLDER, BadCases, differences, expected, load_cases, update

    _there(folder)
    golden = folder / FOLDER
    try:
        wanted = expected(folder, load_cases(folder))
        found = differences(golden, wanted)
        if change:
            update(golden, found)
    except BadCases as error:
        raise Failure(f"{error}.", FAILED) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}.", FAILED) from None
    rows = [
        {
            "path": path,
            "state": "new" if was is None else "gone" if now is None else "changed",
            "diff": unified(_text(was), _text(now), str(golden / path), f"{path} as it is made"),
        }
        for path, was, now in found
    ]
    told = [f"{row['path']}: {row['state']}" for row in rows] if change else [row["diff"] for row in rows]
    summary = f"{counted(len(wanted), 'files')} made, {len(rows)} {'written' if change else 'differ'}"
    at.tell({"made": len(wanted), "updated": change, "items": rows}, "\n".join([*map(_clean_lines, told), summary]))
    if rows and not change:
        raise Failure(f"{counted(len(rows), 'files')} differ. When that is meant, say --update.", FAILED)


def _text(data: bytes | None) -> str:
    return "" if data is None else data.decode(errors="replace")


def _clean_lines(text: str) -> str:
    """Clean a text line by line, so that no file can do anything to a terminal."""
    return "\n".join(clean(line) for line in text.rstrip("\n").split("\n"))


def _there(folder: Path) -> None:
    if not folder.is_dir():
        raise Failure(f"{folder} is no folder. Make one: ringboot plugin new.", FAILED)
