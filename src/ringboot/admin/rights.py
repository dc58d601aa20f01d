"""What each role may do: a viewer reads, an operator works, an administrator does what concerns daemon and people.

`FOR_VIEWERS`, and the routes that depend on `administrator`, are the exceptions.  `tests/admin/rights.txt` lists every
route with the least role, as reviewed.
"""

from __future__ import annotations

from fastapi import Request

from ringboot.admin.access import caller, not_for
from ringboot.admin.asking import PREFIX
from ringboot.model.user import OPERATOR, VIEWER, reaches

READING = ("GET", "HEAD")
SIGN_IN = ("POST", "/session")  # nobody is known yet
# What changes nothing but the caller's own: sign out, another password, tokens for what one may oneself.
FOR_VIEWERS = {
    ("DELETE", "/session"),
    ("PUT", "/session/password"),
    ("DELETE", "/sessions/{ident}"),
    ("POST", "/tokens"),
    ("DELETE", "/tokens/{ident}"),
}


def judge(request: Request) -> None:
    """Refuse a request of somebody who may not make it, before anything of it is done."""
    which = (request.method, request.scope["route"].path.removeprefix(PREFIX))
    if which == SIGN_IN:
        return
    who = caller(request)
    least = VIEWER if which[0] in READING or which in FOR_VIEWERS else OPERATOR
    if not reaches(who.role, least):
        raise not_for(who, least)
