"""What the pages show is true: configurations, manifests, templates and commands are taken at their word."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.certificates import BrandCa

from ringboot import reasons
from ringboot.catalog import FOLDER as CATALOG
from ringboot.cli.describe import walk
from ringboot.cli.tables import read_rows
from ringboot.fleet.raw_config import check_layer, effective
from ringboot.plugins.folder import install_plugin
from ringboot.plugins.identify import Identifier
from ringboot.plugins.job import RenderJob, ServerFacts
from ringboot.plugins.manifest import load_manifest, parse_manifest
from ringboot.plugins.render import Made, make
from ringboot.setup.load import check

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
FENCE = re.compile(r"^```(\S+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = dict(walk())


class Block(NamedTuple):
    """A fenced block: its language, what its first line says behind that, and where it stands."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text()
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found[1], tuple((found[2] or "").split()), found[3])


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def each(language: str, word: str = "") -> pytest.MarkDecorator:
    """Run a test for every block of a language, and of those whose first word is this."""
    found = [block for block in BLOCKS if block.language == language and word in ("", *block.words[:1])]
    assert found, f"no page shows {language} {word}"
    return pytest.mark.parametrize("block", found, ids=str)


# --- ringboot.toml ---


@each("toml")
def test_a_block_of_toml_says_what_it_is(block: Block) -> None:
    known = {"ringboot.toml", "plugin.toml", "cases.toml"}
    assert set(block.words[:1]) <= known
    assert block.words or block.page.parent.name == "reference", f"write ```toml {' or '.join(known)}"


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.language == "toml" and not {"plugin.toml", "cases.toml"} & {*block.words}],
    ids=str,
)
def test_a_configuration_has_no_fault(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "ringboot.toml"
    path.write_text(block.text)
    for name in re.findall(r'^file = "([\w-]+)\.pem"', block.text, re.MULTILINE):
        BrandCa(tmp_path, name)
    for name in re.findall(r'^secret_file = "([\w.-]+)"', block.text, re.MULTILINE):
        (tmp_path / name).write_text("0123456789abcdef\n")
    for name in re.findall(r'"([\w-]+\.(?:pass|headers|ini|py))\b', block.text):
        (tmp_path / name).write_text("X-Token: t0ken\n" if name.endswith(".headers") else "")
    assert [str(problem) for problem in check(path)] == []


# --- plugin.toml and templates ---


def manifests(page: Path) -> Iterator[tuple[Block, str]]:
    """Give each stage of a page's manifest; `more` continues the block before."""
    text = ""
    for block in blocks_of(page):
        if block.language == "toml" and block.words[:1] == ("plugin.toml",):
            text = f"{text}\n{block.text}" if "more" in block.words else block.text
            yield block, text


STAGES = [pytest.param(text, id=str(block)) for page in PAGES for block, text in manifests(page)]


@pytest.mark.parametrize("text", STAGES)
def test_a_manifest_has_no_fault_at_any_stage(text: str) -> None:
    assert parse_manifest(text).name


def plugin_folder(page: Path, name: str, tmp_path: Path) -> Path:
    """Make the plugin that a page is about: the catalog's, or the page's own; with the page's templates."""
    target = tmp_path / name
    if (CATALOG / name).exists():
        install_plugin(CATALOG / name, target)
    else:
        target.mkdir()
        *_, (_, manifest) = manifests(page)
        (target / "plugin.toml").write_text(manifest)
    for block in blocks_of(page):
        if block.language == "jinja" and block.words[0] == name:
            place = target / block.words[1]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text)
    return target


def raw_of(page: Path) -> dict[str, Any]:
    """Give the config that a page shows."""
    shown = [json.loads(block.text) for block in blocks_of(page) if block.language == "json"]
    return effective(shown[-1]) if shown else {}


def model_for(folder: Path, template: str) -> tuple[str, str]:
    """Choose model and MAC of a phone that gets a template."""
    stem = template.partition(".")[0]
    models = [model for model in load_manifest(folder).models if model != "*"]
    mac = ":".join(re.findall("..", stem.lower())) if re.fullmatch("[0-9A-Fa-f]{12}", stem) else "00:08:5d:00:00:01"
    model = "unheard-of" if stem == "base" else stem if stem in models else models[0]
    return model, mac


@each("jinja")
def test_a_template_makes_a_file(block: Block, tmp_path: Path) -> None:
    name, path = block.words
    folder = plugin_folder(block.page, name, tmp_path)
    common = Path(path).stem in {entry.template for entry in load_manifest(folder).common.files.values()}
    model, mac = model_for(folder, Path(path).name)
    device = None if common else {"id": "d1", "mac": mac, "model": model, "options": {}}
    made = make(RenderJob(1, str(folder), raw_of(block.page), SERVER, device))
    assert isinstance(made, Made), made
    assert path in {page.template for page in made.pages}


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "text" and block.words], ids=str)
def test_a_file_is_shown_as_it_is_made(block: Block, tmp_path: Path) -> None:
    name, model, path = block.words
    folder = plugin_folder(block.page, name, tmp_path)
    mac = ":".join(re.findall("..", Path(path).stem.lower()))
    device = {"id": "d1", "mac": mac, "model": model, "options": {}}
    made = make(RenderJob(1, str(folder), raw_of(block.page), SERVER, device))
    assert isinstance(made, Made), made
    assert {page.path: page.data.decode() for page in made.pages}[path] == block.text


@pytest.mark.parametrize("page", [page for page in PAGES if any(manifests(page))], ids=lambda page: page.stem)
def test_the_samples_of_a_shown_plugin_are_recognised(page: Path) -> None:
    *_, (_, text) = manifests(page)
    manifest = parse_manifest(text)
    assert manifest.sample
    assert {rule.from_ for rule in manifest.identify} == {name for each in manifest.sample for name in each.evidence}
    for sample in manifest.sample:
        identity = Identifier([manifest]).identify(sample.evidence)
        assert identity is not None
        assert (identity.model, identity.version, identity.mac) == (
            sample.is_.model, sample.is_.version, sample.is_.mac,
        )  # fmt: skip


@each("json")
def test_a_config_has_no_fault(block: Block) -> None:
    assert check_layer(json.loads(block.text))


@each("csv", "reservations.csv")
def test_reservations_can_be_read(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "reservations.csv"
    path.write_text(block.text)
    assert len(read_rows(path)) == block.text.count("\n") - 1


# --- commands ---


def commands_of(block: Block) -> Iterator[list[str]]:
    """Give the words of every ringboot command of a console block: its lines begin with a prompt."""
    text = block.text.replace("\\\n", " ")
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        for command in re.split(r" (?:&&|\|\||\||;) ", line.removeprefix("$ ")):
            words = shlex.split(command, comments=True)
            words = words[1:] if words[:1] == ["sudo"] else words
            if words[:1] == ["ringboot"] or words[0].endswith("/ringboot"):
                yield ["ringboot", *words[1:]]


SHOWN = [
    pytest.param(words, id=f"{block} {' '.join(words)}")
    for block in BLOCKS
    if block.language == "console"
    for words in commands_of(block)
]


@pytest.mark.parametrize("words", SHOWN)
def test_a_command_is_one_with_these_options(words: list[str]) -> None:
    if words == ["ringboot", "--version"]:
        return
    name = next((name for name in (" ".join(words[:3]), " ".join(words[:2])) if name in COMMANDS), "")
    assert name, f"there is no command {' '.join(words)}"
    COMMANDS[name].make_context(name, words[len(name.split()) :])


@pytest.mark.parametrize("words", ["ringboot device sett x", "ringboot device set x --use-confg y", "ringboot explain"])
def test_a_wrong_command_would_be_noticed(words: str) -> None:
    with pytest.raises((AssertionError, Exception), match=r"no command|No such option|Missing parameter"):
        test_a_command_is_one_with_these_options(words.split())


# --- pages ---


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as links do."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        place, _, anchor = link.partition("#")
        target = page.parent / place if place else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


def test_every_page_can_be_found_from_the_first() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "docs" / "index.md"]
    while todo:
        page = todo.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            links = re.findall(r"\]\(([^)#\s]+)", FENCE.sub("", page.read_text()))
            todo += [(page.parent / link).resolve() for link in links if "://" not in link]
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} <= seen


def test_every_way_in_which_a_boot_stops_is_explained() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/howto/explain-a-boot.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(row.id for row in reasons.TABLE.values() if row.stage == "boot")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
