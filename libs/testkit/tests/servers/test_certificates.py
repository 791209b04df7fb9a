from __future__ import annotations

import ssl
from pathlib import Path

from onwatch_testkit.servers.certificates import EXPIRED, Authority


def test_files_can_be_loaded(tmp_path: Path):
    authority = Authority(tmp_path)
    certificate = authority.issue("localhost")
    ssl.create_default_context(cafile=authority.file).load_cert_chain(certificate.chain, certificate.key)
    assert certificate.key.stat().st_mode & 0o777 == 0o600


def test_two_names_have_two_certificates(tmp_path: Path):
    authority = Authority(tmp_path)
    assert authority.issue("a").chain != authority.issue("b", EXPIRED).chain
