"""A private certificate authority for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

EXPIRED = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Certificate:
    """Files in the PEM format."""

    chain: Path
    key: Path


class Authority:
    """Signs certificates; its files are in a folder of the caller."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.file = folder / "ca.pem"
        """What a client needs to accept its certificates."""
        self._authority.cert_pem.write_to_path(self.file)

    def issue(self, name: str, expires: datetime | None = None) -> Certificate:
        """A certificate for a host name or an address."""
        issued = self._authority.issue_cert(name, not_after=expires)
        certificate = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        issued.cert_chain_pems[0].write_to_path(certificate.chain)
        issued.private_key_pem.write_to_path(certificate.key)
        certificate.key.chmod(0o600)  # libpq refuses one that others can read
        return certificate
