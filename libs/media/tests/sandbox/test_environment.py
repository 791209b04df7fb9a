from __future__ import annotations

import pytest

from onwatch_media.sandbox.environment import clean_environment


def test_secrets_stay_behind(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONWATCH_SERVICE_SECRET", "secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "ONWATCH_SERVICE_SECRET" not in clean_environment()
    assert clean_environment()["LANG"] == "C.UTF-8"
