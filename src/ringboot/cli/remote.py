"""A daemon on another machine: where it is, the token that lets a command in, and whose certificate is believed."""

from __future__ import annotations

import http.client
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from ringboot.cli.exits import FAILED, UNREACHABLE, USAGE, Failure

PORT = 8666
_TOKEN = re.compile(r"rb_[A-Za-z0-9]{20,100}")


class Remote:
    """What --url, --token-file and --ca-file say; Failure says what is wrong with them."""

    def __init__(self, url: str, token: str, ca: Path | None = None) -> None:
        parts = urlsplit(url)
        try:
            self._host, self._port = parts.hostname or "", parts.port or PORT
        except ValueError:
            self._host = ""
        if parts.scheme not in ("http", "https") or not self._host or parts.path not in ("", "/") or parts.query:
            raise Failure(f"{url} is no address of a daemon. Write it as https://ringboot.example.org:{PORT}", USAGE)
        self._is_tls = parts.scheme == "https"
        self._ca = ca
        self.url = url
        if not _TOKEN.fullmatch(token):
            raise Failure(
                "There is no token to come in with. Make one there (ringboot token add), put it into a file, and say "
                "--token-file; or put it into RINGBOOT_TOKEN.", USAGE,
            )  # fmt: skip
        self.headers = {"Authorization": f"Bearer {token}"}

    def connect(self, patience: float) -> http.client.HTTPConnection:
        """Connect to it; Failure."""
        made: http.client.HTTPConnection
        if self._is_tls:
            made = http.client.HTTPSConnection(self._host, self._port, timeout=patience, context=self._context())
        else:
            made = http.client.HTTPConnection(self._host, self._port, timeout=patience)
        try:
            made.connect()
        except ssl.SSLCertVerificationError as error:
            made.close()
            raise Failure(
                f"The certificate of {self.url} is not believed: {error.verify_message}. Where it is signed by "
                "Ringboot's own CA, say --ca-file with what `ringboot tls ca` prints there.", UNREACHABLE,
            ) from None  # fmt: skip
        except OSError as error:
            made.close()
            raise Failure(
                f"No daemon answers at {self.url} ({error.strerror or error}). See `listen` of [admin] there.",
                UNREACHABLE,
            ) from None
        return made

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca)
        except OSError as error:  # ssl.SSLError is one
            raise Failure(
                f"{self._ca} holds no certificate that can be read: {error.strerror or error}.", FAILED
            ) from None


def token_of(file: Path | None, said: str) -> str:
    """Give the token in a file, else the one that was said; Failure."""
    if file is None:
        return said.strip()
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Failure(f"{file} cannot be read: {why}.", FAILED) from None
