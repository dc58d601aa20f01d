"""New files on their way into var/tftpboot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.plugins import staging
from ringboot.plugins.job import Rendered, RenderedFile


def rendered(*paths: str) -> Rendered:
    return Rendered(1, tuple(RenderedFile(path, "", True, "t", "0", 1, True) for path in paths))


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    (tmp_path / "acme/var/tftpboot").mkdir(parents=True)
    new = staging.make_folder(str(tmp_path / "acme"), "token")
    Path(staging.fresh(new, 0, 0)).write_text("new")
    return str(tmp_path / "acme")


def test_a_changed_file_takes_its_place(plugin: str) -> None:
    staging.place(plugin, "token", rendered("a/b.cfg"))
    assert Path(plugin, "var/tftpboot/a/b.cfg").read_text() == "new"


@pytest.mark.parametrize("path", ["../out.cfg", "a/../../out.cfg", "/tmp/out.cfg"])
def test_nothing_is_put_outside(plugin: str, path: str) -> None:
    with pytest.raises(OSError, match="leaves the folder"):
        staging.place(plugin, "token", rendered(path))
    assert not Path(plugin, "var/out.cfg").exists()
    assert not Path("/tmp/out.cfg").exists()


def test_each_job_of_a_work_has_files_of_its_own(plugin: str) -> None:
    Path(staging.fresh(staging.new_folder(plugin, "token"), 7, 0)).write_text("of the seventh")
    staging.place(plugin, "token", rendered("a/7.cfg"), job=7)
    staging.place(plugin, "token", rendered("a/0.cfg"))
    assert [Path(plugin, f"var/tftpboot/a/{job}.cfg").read_text() for job in (0, 7)] == ["new", "of the seventh"]


@pytest.mark.parametrize("leads_to", ["../../outside", "/tmp"])
def test_a_folder_that_leads_out_is_not_entered(plugin: str, leads_to: str) -> None:
    root = Path(plugin, "var/tftpboot")
    (root / "a").mkdir()
    (root / "inside").mkdir()
    (root / "a/out").symlink_to(leads_to)
    (root / "a/in").symlink_to("../inside")
    with pytest.raises(OSError, match="leaves the folder"):
        staging.place(plugin, "token", rendered("a/out/b.cfg"))
    staging.place(plugin, "token", rendered("a/in/b.cfg"))
    assert (root / "inside/b.cfg").read_text() == "new"


def test_what_a_crash_left_is_swept_away(plugin: str) -> None:
    staging.sweep(plugin)
    assert not Path(plugin, "var/new").exists()
    staging.sweep(plugin)


def test_nothing_is_made_of_a_plugin_that_was_taken_away(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        staging.make_folder(gone, "token")
    with pytest.raises(FileNotFoundError):
        staging.place(gone, "token", rendered("a/b.cfg"))
    staging.clear(gone, "token")
    assert not Path(gone).exists(), "it would be in the way when the plugin is installed again"
