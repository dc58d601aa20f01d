"""Making the files of a device, or those that all devices share, from a plugin's templates.  Runs in workers only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ringboot.plugins import names
from ringboot.plugins.context import Ground, NoZone, contexts
from ringboot.plugins.history import History, pack
from ringboot.plugins.job import Left, Rendered, RenderedFile, RenderJob, TemplateFault
from ringboot.plugins.manifest import FILE, BadManifest, load_manifest
from ringboot.plugins.schema import CommonFile, DeviceFile, Format, Manifest
from ringboot.plugins.staging import fresh, packed
from ringboot.plugins.templates import TemplateEnvironment


class Page(NamedTuple):
    """A file as it should be."""

    path: str  # below var/tftpboot
    part: str
    secret: bool
    template: str
    data: bytes


class Made(NamedTuple):
    """All files of a job, nothing written yet."""

    pages: tuple[Page, ...]
    left: tuple[Left, ...] = ()


def make(job: RenderJob) -> Made | TemplateFault:
    """Make the files of a job in memory."""
    folder = _path(job.folder)
    return render_common(folder, job) if job.device is None else render_device(folder, job)


def render_device(folder: Path, job: RenderJob) -> Made | TemplateFault:
    """Make the files of the job's device in memory."""
    ready = _prepared(folder, job)
    if isinstance(ready, TemplateFault):
        return ready
    manifest, own, open_ = ready
    pages: dict[str, Page] = {}
    left: list[Left] = []
    for name, entry in manifest.device.files.items():
        paths = dict(_named(name, own))
        if not paths:
            left.append(Left(name, _why_left(name, own)))
        for path, line in paths.items():
            if path in pages:
                continue
            seen = {**(own if entry.secret else open_), **line}
            page = _page(folder, manifest, entry, path, seen)
            if isinstance(page, TemplateFault):
                return page
            if page is None:
                left.append(Left(name, "it is empty"))
            else:
                pages[path] = page
    if left and not pages and not any(entry.why == "it is empty" for entry in left):
        return TemplateFault(FILE, 0, f"no file can be named: {left[0].name}: {left[0].why}")
    return Made(tuple(pages.values()), tuple(left))


def render_common(folder: Path, job: RenderJob) -> Made | TemplateFault:
    """Make the files that all devices of the plugin share in memory; secrets are withheld from their templates."""
    ready = _prepared(folder, job)
    if isinstance(ready, TemplateFault):
        return ready
    manifest, _own, open_ = ready
    pages: list[Page] = []
    left: list[Left] = []
    for path, entry in manifest.common.files.items():
        environment = _environment(folder, entry.format or manifest.format)
        page = _run(environment, [f"{entry.template}.tpl"], path, entry, open_)
        if isinstance(page, TemplateFault):
            return page
        if page is None:
            left.append(Left(path, "it is empty"))
        else:
            pages.append(page)
    return Made(tuple(pages), tuple(left))


def stage(job: RenderJob, made: Made, into: Path, number: int = 0) -> Rendered:
    """Write the pages that differ from what lies in var/tftpboot into a folder, as staging names them.

    A device's, also for its history, as far as that does not have them.
    """
    root = f"{job.folder}/var/tftpboot"
    history = History(job.folder, str(job.device["id"])) if job.device is not None else None
    files = []
    for place, page in enumerate(made.pages):
        changed = _differs(f"{root}/{page.path}", page.data)
        if changed:
            with os.fdopen(
                os.open(fresh(into, number, place), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb"
            ) as new:
                new.write(page.data)
        digest = hashlib.sha256(page.data).hexdigest()
        if history is not None and not history.has(digest):
            pack(packed(into, number, place), page.data)
        files.append(RenderedFile(page.path, page.part, page.secret, page.template, digest, len(page.data), changed))
    return Rendered(job.revision, tuple(files), made.left)


def _differs(path: str, data: bytes) -> bool:
    try:
        if os.stat(path).st_size != len(data):
            return True
        with open(path, "rb", buffering=0) as there:
            return there.read() != data
    except OSError:
        return True


def _prepared(folder: Path, job: RenderJob) -> tuple[Manifest, dict[str, Any], dict[str, Any]] | TemplateFault:
    try:
        ground = _ground(folder, os.stat(f"{folder}/{FILE}").st_mtime_ns)
        return ground.manifest, *contexts(job, ground)
    except BadManifest as error:
        return TemplateFault(FILE, error.line, error.why)
    except OSError as error:
        return TemplateFault(FILE, 0, f"cannot be read: {error.strerror}")
    except NoZone as error:
        return TemplateFault(FILE, 0, str(error))


@lru_cache(maxsize=64)
def _path(folder: str) -> Path:
    return Path(folder)  # one and the same each time: it remembers its text and its hash


@lru_cache(maxsize=64)
def _ground(folder: Path, _edited: int) -> Ground:
    return Ground(load_manifest(folder))


@lru_cache(maxsize=64)
def _environment(folder: Path, format_: Format) -> TemplateEnvironment:
    return TemplateEnvironment(folder, format_)


def _named(name: str, own: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Fill a file's name; {line} makes one file for each line, whose template then sees that line."""
    fillings = names.fillings(own["device"])
    lines: list[tuple[str | None, dict[str, Any]]] = [(None, {})]
    if "line" in names.holes(name):
        lines = [(number, {"line": line, "line_number": number}) for number, line in own["sip_lines"].items()]
    for number, seen in lines:
        path = names.fill(name, {**fillings, "line": number})
        if path is not None:
            yield path, seen


def _why_left(name: str, own: Mapping[str, Any]) -> str:
    fillings = names.fillings(own["device"])
    for hole in names.holes(name):
        if hole == "line":
            return "the device has no line"
        if not fillings[hole]:
            return f"the device has no {hole}"
    return "what the device calls itself does not belong into a file name"


def _page(
    folder: Path, manifest: Manifest, entry: DeviceFile, path: str, seen: Mapping[str, Any]
) -> Page | TemplateFault | None:
    environment = _environment(folder, entry.format or manifest.format)
    part = f".{entry.part}" if entry.part else ""
    wanted = [f"{names.last(path)}.tpl", f"base{part}.tpl"]
    model = seen["device"].model
    if model and not _names_a_file(manifest, f"{model}{part}"):
        wanted.insert(1, f"{model}{part}.tpl")
    return _run(environment, wanted, path, entry, seen)


def _names_a_file(manifest: Manifest, name: str) -> bool:
    """See whether a model's name reads like a device's file: it would fetch that device's own template."""
    return "/" in name or any(names.shape(names.last(file)).fullmatch(name) for file in manifest.device.files)


def _run(
    environment: TemplateEnvironment,
    wanted: list[str],
    path: str,
    entry: DeviceFile | CommonFile,
    seen: Mapping[str, Any],
) -> Page | TemplateFault | None:
    template = environment.winner(wanted)
    if template is None:
        return TemplateFault(f"templates/{wanted[-1]}", 0, f"there is no template for {path}: {' or '.join(wanted)}")
    data = environment.run(template, {**seen, "path": path})
    if isinstance(data, TemplateFault):
        return data
    if entry.optional and not data:
        return None
    if isinstance(entry, CommonFile):
        return Page(path, "", False, template, data)
    return Page(path, entry.part, entry.secret, template, data)
