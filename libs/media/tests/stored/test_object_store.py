"""What a store is at; what can be done with it is tested as the catalog's port of files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from onwatch_media.stored import BlockCache, ObjectStore
from onwatch_media.stored.object_store import store_at
from onwatch_testkit.stored_videos import memory_store


@pytest.mark.parametrize("url", ["s3://bucket/a/prefix", "s3://bucket", "gs://bucket/prefix"])
def test_a_store_is_named_by_its_url(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert "bucket" in repr(store_at(url))


def test_a_file_of_certificates_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store_at("s3://bucket", tmp_path / "none.pem")


def test_http_is_spoken_where_the_environment_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the store would be told the access key by anybody in between."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    store = ObjectStore.of("s3://bucket", BlockCache(tmp_path, 64), lambda error: RuntimeError(str(error)))
    with pytest.raises(RuntimeError, match="builder error"):
        store.check()


def test_an_object_can_be_had_at_the_public_address_for_some_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    cache = BlockCache(tmp_path, 64)

    hidden = ObjectStore.of("s3://bucket/a", cache, ValueError)
    assert hidden.presigned_url("v/source.mp4", 300) is None

    public = ObjectStore.of("s3://bucket/a", cache, ValueError, public_url="https://s3.example")
    url = urlsplit(public.presigned_url("v/source.mp4", 300) or "")
    assert (url.scheme, url.netloc, url.path) == ("https", "s3.example", "/bucket/a/v/source.mp4")
    given = parse_qs(url.query)
    assert given["X-Amz-Expires"] == ["300"]
    assert given["X-Amz-SignedHeaders"] == ["host"]


def test_a_large_object_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    store = memory_store(tmp_path)

    def ending() -> Iterator[bytes]:
        yield b"a" * (9 << 20)
        raise ValueError("ended")

    with pytest.raises(ValueError, match="ended"):
        store.put_all("v/source.mp4", ending(), 20 << 20)
    assert store.file("v/source.mp4") is None


def test_a_clock_file_is_beside_its_video(tmp_path: Path) -> None:
    store = memory_store(tmp_path)
    store.put("v/source.mp4", b"video")
    file = store.file("v/source.mp4")
    assert file is not None
    assert (file.path.name, file.size_bytes, file.clock_file()) == ("source.mp4", 5, b"")
    store.put("v/source.clock", b"clock")
    assert file.clock_file() == b"clock"
