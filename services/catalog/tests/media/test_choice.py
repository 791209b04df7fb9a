from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_catalog.media import MediaFolder, StoredFiles, files_of
from onwatch_catalog.settings import CatalogSettings


def test_files_are_in_the_media_folder_unless_a_store_is_named(tmp_path: Path) -> None:
    settings = CatalogSettings(data_dir=tmp_path)
    assert files_of(settings) == MediaFolder(tmp_path / "media")
    assert settings.media_disk == tmp_path / "media"


def test_a_store_for_all_services_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    settings = CatalogSettings.load(None, {"ONWATCH_MEDIA_URL": "s3://videos/here"}, data_dir=tmp_path)
    files = files_of(settings)
    assert isinstance(files, StoredFiles)
    assert files.folder == settings.media_disk == tmp_path / "media-cache"
    assert files.free_bytes() is None


@pytest.mark.parametrize("url", ["http://store/videos", "s3://", "videos", "s3:///prefix", "s3://bucket?key=secret"])
def test_what_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="is no object store"):
        CatalogSettings(media_url=url)
