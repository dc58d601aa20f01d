from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys

import pytest

from ringboot.servers.dhcp import priority

_SAY = """
import os
from ringboot.servers.dhcp.priority import hurry
{before}
hurry()
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def niceness(before: str = "") -> int:
    done = subprocess.run(
        [sys.executable, "-c", _SAY.format(before=before)], capture_output=True, text=True, check=True,
        start_new_session=True,
    )  # fmt: skip
    return int(done.stdout)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root goes before others")
def test_it_goes_before_others() -> None:
    assert niceness() == priority.NICENESS


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="gives up rights that only root has")
def test_without_the_right_it_goes_on_as_it_is() -> None:
    assert niceness("os.setgid(65534); os.setuid(65534)") == 0


def test_the_kernel_understands_what_it_is_asked() -> None:
    number = priority._SCHED_SETATTR.get(platform.machine())
    if number is None:
        pytest.skip("this machine's number of the call is not known")
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = priority._ATTRIBUTES.pack(48, os.SCHED_OTHER, 0, os.getpriority(os.PRIO_PROCESS, 0), 0, 0, 0, 0)

    assert libc.syscall(number, 0, attributes, 0) == 0, os.strerror(ctypes.get_errno())
