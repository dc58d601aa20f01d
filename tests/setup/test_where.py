"""Where a command looks for the daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.setup.where import ROOT_SOCKET, api_socket, socket_candidates


def test_the_socket_lies_in_the_data_folder_unless_root_or_said() -> None:
    assert api_socket(None, Path("/data"), root=False) == Path("/data/run/api.sock")
    assert api_socket(None, Path("/data"), root=True) == ROOT_SOCKET
    assert api_socket(Path("/x.sock"), Path("/data"), root=True) == Path("/x.sock")


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("[server]\ndata = 'd'", ["{folder}/d/run/api.sock", str(ROOT_SOCKET)]),
        ("[server]\napi_socket = 'a.sock'\ndata = 'd'", ["{folder}/a.sock"]),
        ("server = 3", ["/var/lib/ringboot/run/api.sock", str(ROOT_SOCKET)]),
        ("not toml", ["/var/lib/ringboot/run/api.sock", str(ROOT_SOCKET)]),
        (None, ["/var/lib/ringboot/run/api.sock", str(ROOT_SOCKET)]),
    ],
)
def test_a_faulty_file_does_not_keep_the_commands_from_looking(
    tmp_path: Path, text: str | None, candidates: list[str]
) -> None:
    path = tmp_path / "r.toml"
    if text is not None:
        path.write_text(text)
    assert socket_candidates(path) == [Path(each.format(folder=tmp_path)) for each in candidates]
