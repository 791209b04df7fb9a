from __future__ import annotations

import pytest
from obstore.store import S3Store

from onwatch_testkit.servers import SeaweedServer


def test_it_keeps_objects_and_creates_one_once(seaweed_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    seaweed_server.make_bucket("testkit")
    for name, value in seaweed_server.environment_for().items():
        monkeypatch.setenv(name, value)
    store = S3Store("testkit")
    store.put("a", b"content", mode="create")
    with pytest.raises(Exception, match="already exists"):
        store.put("a", b"other", mode="create")
    assert bytes(store.get("a").bytes()) == b"content"
    store.delete("a")
    assert store.list().collect() == []
