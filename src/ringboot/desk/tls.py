"""The certificates that devices and administrators meet by HTTPS."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused
from ringboot.store.authority import Authority, AuthorityBroken, describe

Row = dict[str, Any]


class TlsDesk:
    """What `ringboot tls` needs."""

    core: Core

    async def tls(self) -> Row:
        """Give what is served where, the certificates' names and times, and our CA as PEM; None where it is given."""
        began, admin = self.core.began_with.https, self.core.began_with.admin
        devices = began.listen is not None or began.legacy.listen is not None
        people = admin.listen is not None and admin.is_tls
        if not devices and not people:
            raise NotFound("HTTPS is off. Set listen in [https], or tls in [admin], then restart the daemon.")
        given = self.core.settings.https  # certificates are taken up by a reload, ports are not
        shown = self._certificate("server", given.certificate) if devices else None
        to_people = self._certificate("admin", self.core.settings.admin.certificate) if people else None
        ours = [path for path in (shown, to_people) if path is not None and path.parent == self._folder]
        row: Row = {
            "listen": str(began.listen) if began.listen else None,
            "legacy": str(began.legacy.listen) if began.legacy.listen else None,
            "admin": str(admin.listen) if people else None,
            "problem": " ".join(filter(None, (self.core.tls_problem, self.core.admin_problem))),
            "client_cas": [{"brand": each.brand, "file": str(each.file)} for each in given.client_cas],
        }
        try:
            row["certificate"] = None if shown is None else await asyncio.to_thread(describe, shown)
            row["admin_certificate"] = None if to_people is None else await asyncio.to_thread(describe, to_people)
            ca = Authority(self._folder).ca
            row["ca"] = {**describe(ca), "pem": ca.read_text()} if ours else None
        except (AuthorityBroken, OSError) as error:
            raise Refused(f"{row['problem'] or error}") from None
        return row

    @property
    def _folder(self) -> Path:
        return self.core.data / "tls"

    def _certificate(self, server: str, given: Path | None) -> Path:
        return given if given is not None else Authority(self._folder, server).certificate
