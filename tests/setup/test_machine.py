"""What is seen of the machine that the tests run on, and of one that is made up."""

from __future__ import annotations

import socket
from pathlib import Path

from ringboot.setup.machine import look, ports_taken

UDP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  1: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0 0
"""
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:21DB 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 1588 1 0 100 0 0 10 0
"""


def test_the_loopback_interface_is_there() -> None:
    machine = look()
    loopback = machine.interface("lo")
    assert loopback is not None
    assert loopback.loopback
    assert machine.addresses_of("lo")[:1] == ("127.0.0.1",)
    assert str(loopback.subnets[0]) == "127.0.0.0/8"


def test_a_port_in_use_is_found_with_its_program() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        [taken] = ports_taken([("tcp", port)])
        assert str(taken).startswith(f"TCP port {port} is in use by ")
    assert ports_taken([("tcp", port)]) == []


def test_the_owner_of_a_socket_is_named_and_a_mere_connection_is_no_listener(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "udp").write_text(UDP)
    (tmp_path / "net" / "tcp").write_text(TCP)
    (tmp_path / "42" / "fd").mkdir(parents=True)
    (tmp_path / "42" / "comm").write_text("other-dhcpd\n")
    (tmp_path / "42" / "fd" / "3").symlink_to("socket:[4711]")
    taken = ports_taken([("udp", 67), ("udp", 69), ("tcp", 0x21DB)], tmp_path)
    assert [str(each) for each in taken] == ["UDP port 67 is in use by other-dhcpd (process 42)"]


def test_without_the_right_to_see_it_the_program_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "udp").write_text(UDP)
    assert [str(each) for each in ports_taken([("udp", 67)], tmp_path)] == ["UDP port 67 is in use"]
