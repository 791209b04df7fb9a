"""TLS on connections to servers: whose certificates are accepted, and why a connection was refused."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

UNKNOWN_CA = (
    "its certificate is not signed by a known authority: set ONWATCH_TLS_CA_FILE to the certificate of the authority "
    "that signed it"
)
OTHER_NAME = (
    "its certificate is for another name: connect by a name that the certificate has, or issue one for this name"
)
EXPIRED = "its certificate has expired: renew it on that server"
NOT_YET_VALID = "its certificate is not valid yet: compare the clocks of both machines"
NO_TLS = "it does not speak TLS on this port: use its TLS port, enable TLS there, or use an address without TLS"
NEEDS_CERTIFICATE = (
    "it asks for a certificate of the client: set ONWATCH_TLS_CERTIFICATE_FILE and ONWATCH_TLS_KEY_FILE to one that "
    "its authority signed"
)

# X509_V_ERR_... of OpenSSL.
BY_VERIFY_CODE = {
    **dict.fromkeys((2, 18, 19, 20, 21), UNKNOWN_CA),
    **dict.fromkeys((62, 64), OTHER_NAME),
    9: NOT_YET_VALID,
    10: EXPIRED,
}

BY_REASON = {
    "WRONG_VERSION_NUMBER": NO_TLS,
    "RECORD_LAYER_FAILURE": NO_TLS,
    "PACKET_LENGTH_TOO_LONG": NO_TLS,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": NEEDS_CERTIFICATE,
    "TLSV1_ALERT_CERTIFICATE_REQUIRED": NEEDS_CERTIFICATE,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": NEEDS_CERTIFICATE,
    "TLSV1_ALERT_UNKNOWN_CA": NEEDS_CERTIFICATE,
    "SSLV3_ALERT_BAD_CERTIFICATE": NEEDS_CERTIFICATE,
}

# libpq has its own TLS, and its errors are texts. It does not tell an expired certificate from one of an unknown CA.
BY_TEXT = {
    "does not match host name": OTHER_NAME,
    "certificate verify failed": f"{UNKNOWN_CA}. Or it has expired: then renew it on that server",
    "root certificate file": "set ONWATCH_TLS_CA_FILE to the certificate of the authority that signed the server's",
    "server does not support SSL": NO_TLS,
    "requires a valid client certificate": NEEDS_CERTIFICATE,
    "CERTIFICATE_REQUIRED": NEEDS_CERTIFICATE,  # aiormq keeps only the text of an error after the handshake
    "Timeout connecting to server": "if its address begins with rediss://, it may not speak TLS on this port",
}


class UnusableTlsFiles(ValueError):
    """A file of certificates or keys that is missing, unreadable or not in the PEM format."""


@dataclass(frozen=True)
class TlsFiles:
    """Files in the PEM format for connections to servers."""

    ca: Path | None = None
    """Authorities, one after another; None: those that the machine trusts."""
    certificate: Path | None = None
    """Of this client, for servers that ask for one, with the intermediate authorities behind it."""
    key: Path | None = None
    """Of `certificate`, not encrypted."""

    @property
    def are_given(self) -> bool:
        return self.ca is not None or self.certificate is not None

    def context(self) -> ssl.SSLContext:
        """Accepts certificates of these authorities, for the name connected to. Reads the files anew, as they change.

        `UnusableTlsFiles` names the file that cannot be used.
        """
        with _usable(self.ca):
            context = ssl.create_default_context(cafile=self.ca)
        if self.certificate is not None:
            with _usable(self.certificate):
                context.load_cert_chain(self.certificate, self.key)
        return context


NO_TLS_FILES = TlsFiles()


@contextmanager
def _usable(file: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # an SSLError is one
        raise UnusableTlsFiles(f"{file} cannot be used: {error.strerror or error}") from error


def tls_failure(error: BaseException) -> str | None:
    """Why TLS was refused, and what to do about it; None if the error has another reason."""
    causes = [*_causes(error)]
    by_type = (_of_python(cause) for cause in causes)
    by_text = (meaning for cause in causes for text, meaning in BY_TEXT.items() if text in str(cause))
    return next((found for found in chain(by_type, by_text) if found is not None), None)


def _of_python(error: BaseException) -> str | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return BY_VERIFY_CODE.get(error.verify_code, error.verify_message)
    return BY_REASON.get(error.reason) if isinstance(error, ssl.SSLError) else None


def with_tls_failure(text: str, error: BaseException) -> str:
    """The text, with the reason why TLS was refused if it was."""
    failure = tls_failure(error)
    return text if failure is None else f"{text}: {failure}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()  # a chain of errors may be a circle
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
