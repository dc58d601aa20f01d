"""Who a process is and which rights it has (capabilities(7)): root becomes the daemon's own user, and keeps a few."""

from __future__ import annotations

import ctypes
import os
import pwd
import struct
from collections.abc import Collection
from pathlib import Path

BIND_SERVICE, RAW, NICE = 10, 13, 23  # linux/capability.h: ports below 1024, raw sockets, going before others
KEPT = (BIND_SERVICE, RAW, NICE)

_libc = ctypes.CDLL(None, use_errno=True)
_VERSION = 0x20080522  # of capset(2), for capabilities in two words
_PR_SET_KEEPCAPS, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 8, 24, 38
_PR_CAP_AMBIENT, _RAISE, _LOWER, _CLEAR_ALL = 47, 2, 3, 4
_MOST = 64  # more than there are


class NoRights(Exception):
    """We cannot become another user; says why."""


def give(data: Path, user: str) -> None:
    """Let a data folder that root made belong to the daemon's user; what belongs to it already is left alone.

    By descriptors, and links as they are: what that user may have put there leads nowhere else.
    """
    uid, gid = pwd.getpwnam(user)[2:4]
    for _, _, files, folder in os.fwalk(data, follow_symlinks=False):
        if os.fstat(folder).st_uid != uid:
            os.fchown(folder, uid, gid)
        for name in files:
            if os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid != uid:
                os.chown(name, uid, gid, dir_fd=folder, follow_symlinks=False)


def become(user: str) -> None:
    """Be another user from now on, and so be all processes that are started later; with the rights in KEPT. NoRights.

    Nobody gets back what is given up here: it leaves the bounding set, too, and no program can give more.
    """
    entry = pwd.getpwnam(user)
    kept = [each for each in KEPT if 1 << each & _permitted()]  # a container may have taken some
    try:
        for each in set(range(_MOST)) - set(kept):
            _libc.prctl(_PR_CAPBSET_DROP, each, 0, 0, 0)  # there are fewer; and some containers forbid it
        _prctl(_PR_SET_KEEPCAPS, 1)
        os.initgroups(user, entry.pw_gid)
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
        _set(kept)
        for each in kept:
            _prctl(_PR_CAP_AMBIENT, _RAISE, each)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    except OSError as error:
        raise NoRights(f"cannot become user {user}: {error.strerror}. Leave out user in [server].") from None
    os.environ.update(USER=user, LOGNAME=user, HOME=entry.pw_dir)


def leave(wanted: Collection[int]) -> None:
    """Keep only these of the rights that a program gets which is started now; for between fork and exec."""
    for each in KEPT:
        if each not in wanted:
            _libc.prctl(_PR_CAP_AMBIENT, _LOWER, each, 0, 0)


def keep_to_oneself() -> None:
    """Give no rights to the programs that are started from now on; ours stay."""
    _libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)


def _permitted() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def _set(capabilities: Collection[int]) -> None:
    bits = sum(1 << each for each in capabilities)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    head, data = struct.pack("Ii", _VERSION, 0), struct.pack("6I", low, low, low, high, high, high)
    if _libc.capset(head, data):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _prctl(option: int, first: int, second: int = 0) -> None:
    if _libc.prctl(option, first, second, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
