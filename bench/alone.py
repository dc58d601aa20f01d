"""Becomes the dhcp process without a supervisor: opens its sockets as `ringboot serve` does, then runs its entry."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ringboot.host.start import Start, to_environment
from ringboot.servers.listen import open_dhcp, open_frames, open_unix


def main(data: str, interface: str) -> None:
    """Open and exec."""
    kept = [open_dhcp(interface, 67), open_unix(Path(data) / "run" / "dhcp.sock", 0o600)]
    fds = {f"dhcp:{interface}": kept[0].fileno(), "control": kept[1].fileno()}
    frames = open_frames(interface)
    if frames is not None:
        fds[f"frame:{interface}"] = frames.fileno()
    for fd in fds.values():
        os.set_inheritable(fd, True)
    environment = {**os.environ, **to_environment(Start(data=data, fds=fds))}
    os.execve(sys.executable, [sys.executable, "-m", "ringboot.servers.dhcp"], environment)


if __name__ == "__main__":
    main(*sys.argv[1:])
