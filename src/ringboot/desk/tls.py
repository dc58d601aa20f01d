"""The certificate that devices meet by HTTPS, for the administrator."""

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
        """Give what is served where, the certificate's names and times, and our CA as PEM; None where it is given."""
        began = self.core.began_with.https
        if began.listen is None and began.legacy.listen is None:
            raise NotFound("HTTPS is off. Set listen in [https], then restart the daemon.")
        given = self.core.settings.https  # certificates are taken up by a reload, ports are not
        own = None if given.certificate is not None else Authority(self.core.data / "tls")
        row: Row = {
            "listen": str(began.listen) if began.listen else None,
            "legacy": str(began.legacy.listen) if began.legacy.listen else None,
            "problem": self.core.tls_problem,
            "client_cas": [{"brand": each.brand, "file": str(each.file)} for each in given.client_cas],
        }
        try:
            shown = own.certificate if own is not None else Path(str(given.certificate))
            row["certificate"] = await asyncio.to_thread(describe, shown)
            row["ca"] = None if own is None else {**describe(own.ca), "pem": own.ca.read_text()}
        except (AuthorityBroken, OSError) as error:
            raise Refused(f"{self.core.tls_problem or error}") from None
        return row
