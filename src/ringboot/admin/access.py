"""Who may use the API, and over its unix socket: the kernel says who is at the other end."""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from fastapi import Request

from ringboot import log
from ringboot.admin.problems import Problem, answer
from ringboot.model.user import ADMINISTRATOR, OPERATOR, ROLES, VIEWER, Caller

__all__ = [
    "ADMINISTRATOR", "GROUP", "OPERATOR", "ROLES", "VIEWER", "Access", "App", "Caller", "Gate", "Peer", "Receive",
    "Scope", "Send", "access_here", "administrator", "caller", "not_for", "peer_of",
]  # fmt: skip

GROUP = "ringboot"  # whose members are operators
_SO_PEERGROUPS = 59
_MOST_GROUPS = 256  # Python reads no more than 1,024 octets of an option

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Peer(NamedTuple):
    """The process at the other end, when it connected."""

    pid: int
    uid: int
    gids: tuple[int, ...]


class Access(NamedTuple):
    """Who is let in as what."""

    owner: int  # the daemon's user
    operators: int | None  # the group of operators, when there is one

    def role(self, peer: Peer) -> str | None:
        """Give a peer's role, or None for somebody who may not come in."""
        if peer.uid in (0, self.owner):
            return ADMINISTRATOR
        return OPERATOR if self.operators is not None and self.operators in peer.gids else None


def access_here() -> Access:
    """Give the rule for this daemon on this machine."""
    try:
        return Access(os.geteuid(), grp.getgrnam(GROUP).gr_gid)
    except KeyError:
        return Access(os.geteuid(), None)


def peer_of(connection: socket.socket) -> Peer:
    """Ask the kernel who connected (unix(7): SO_PEERCRED, SO_PEERGROUPS)."""
    pid, uid, gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    try:
        groups = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, 4 * _MOST_GROUPS)
    except OSError:  # more groups than that: the user and the first group count
        groups = b""
    return Peer(pid, uid, (gid, *struct.unpack(f"{len(groups) // 4}I", groups)))


class Gate:
    """Lets nobody through to the API without a role."""

    def __init__(self, app: App, access: Access) -> None:
        self._app = app
        self._access = access
        self._names: dict[int, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        peer = scope["state"].get("peer") if scope["type"] == "http" else None
        role = self._access.role(peer) if isinstance(peer, Peer) else None
        if role is None or peer is None:
            await answer(Problem(403, "no-access", self._way_out(peer)))(scope, receive, send)
            return
        who = Caller(role, await self._name(peer.uid))
        scope["state"]["caller"] = who
        log.get().debug("asked by a command", method=scope["method"], path=scope["path"], who=who.who)
        await self._app(scope, receive, send)

    def _way_out(self, peer: Peer | None) -> str:
        who = f"User {peer.uid} may not use this daemon." if peer else "Nobody is known at the other end."
        return f"{who} Run the command as root or as user {self._access.owner}, or join the group {GROUP}."

    async def _name(self, uid: int) -> str:
        if uid not in self._names:
            self._names[uid] = await asyncio.to_thread(_user_name, uid)  # it may ask a directory on the network
        return self._names[uid]


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def caller(request: Request) -> Caller:
    """Give who asks."""
    found = request.scope.get("state", {}).get("caller")
    if not isinstance(found, Caller):
        raise Problem(401, "not-signed-in", "Sign in first, or send a token.")
    return found


def administrator(request: Request) -> Caller:
    """Give who asks, if that is an administrator."""
    found = caller(request)
    if found.role != ADMINISTRATOR:
        raise not_for(found, ADMINISTRATOR)
    return found


def not_for(who: Caller, least: str) -> Problem:
    """Make the refusal of what is for another role."""
    way = "Run the command as root." if who.via == "unix" else f"You are {who.role}: ask an administrator."
    return Problem(403, f"{least}s-only", f"This is for {least}s. {way}")
