"""What a daemon needs is taken: ports, the API's socket, the data folder; it says which, and how to go on."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.whole.bad_input.site import make_site, serve, written
from tests.whole.daemon import free_port

FAILED, CONFIGURATION, BUSY = 1, 3, 6
TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM

PORTS: dict[str, tuple[socket.SocketKind, str, str]] = {
    "dhcp": (UDP, "", "DHCP port {port} on lo is in use by another program. {stop} port in [dhcp]."),
    "tftp": (UDP, "127.0.0.1", "TFTP port {port} on 127.0.0.1 is in use by another program. {stop} listen in [tftp]."),
    "http": (TCP, "127.0.0.1", "HTTP port {port} on 127.0.0.1 is in use by another program. {stop} listen in [http]."),
    "admin": (
        TCP,
        "127.0.0.1",
        "admin port {port} on 127.0.0.1 is in use by another program. {stop} listen in [admin].",
    ),
}
STOP = "Stop it (ss -lpn shows it), or change"


@pytest.mark.parametrize("door", PORTS)
def test_a_port_in_use(tmp_path: Path, door: str) -> None:
    kind, address, said = PORTS[door]
    site = make_site()
    port = free_port() if door == "admin" else getattr(site, door)
    config = site.config + (f'[admin]\nlisten = "127.0.0.1:{port}"\n' if door == "admin" else "")
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind((address, port))
        if kind == TCP:
            other.listen()
        assert serve(written(tmp_path, config)) == (BUSY, f"ringboot: {said.format(port=port, stop=STOP)}\n")


def file_at(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("mine")


@pytest.mark.parametrize("make", [file_at, lambda path: path.mkdir(parents=True)], ids=["a file", "a folder"])
def test_something_is_where_the_api_socket_belongs(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "data" / "run" / "api.sock"
    make(path)
    said = f"ringboot: {path} is in the way: it is not a socket. Remove it, or set api_socket.\n"
    assert serve(written(tmp_path, make_site().config)) == (CONFIGURATION, said)
    assert path.is_dir() or path.read_text() == "mine"


def test_a_file_is_where_the_data_folder_belongs(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    said = (
        f"ringboot: data folder {tmp_path}/data cannot be used: Not a directory. "
        "Choose another with data = in [server], or run as a user who may write there.\n"
    )
    assert serve(written(tmp_path, make_site().config)) == (FAILED, said)
    assert (tmp_path / "data").read_text() == "mine"
