"""ringboot tls: the certificates that devices and administrators meet by HTTPS."""

from __future__ import annotations

from typing import Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import NOT_FOUND, Failure
from ringboot.cli.show import moment


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "show", "ringboot tls show")(show)
    command(app, "ca", "ringboot tls ca")(ca)


def show(at: At) -> None:
    """Show where HTTPS is served and with which certificate."""
    found = at.api.get("tls")
    lines = [f"HTTPS      {found['listen'] or 'off'}", f"Old TLS    {found['legacy'] or 'off'}"]
    lines += _certificate("Server", found["certificate"])
    lines += [f"Admin      {found['admin'] or 'off'}", *_certificate("Admin", found["admin_certificate"])]
    if found["ca"] is not None:
        lines += [
            f"Our CA     {found['ca']['subject']}",
            f"  until    {moment(found['ca']['until'])}",
            f"  SHA-256  {found['ca']['sha256']}",
        ]
    lines += [f"Brand CA   {each['brand']}: {each['file']}" for each in found["client_cas"]]
    if found["problem"]:
        lines.append(f"Trouble    {found['problem']}")
    at.tell(found, "\n".join(lines))


def _certificate(title: str, found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    return [
        f"{title:<10} {found['path']}",
        f"  for      {', '.join(found['names'])}",
        f"  until    {moment(found['until'])}",
        f"  SHA-256  {found['sha256']}",
    ]


def ca(at: At) -> None:
    """Print the CA certificate that phones and browsers must trust, as PEM."""
    found = at.api.get("tls")["ca"]
    if found is None:
        raise Failure(
            "The certificates are given; phones and browsers must trust who signed it. See: ringboot tls show.",
            NOT_FOUND,
        )
    at.tell(found, found["pem"].removesuffix("\n"))
