from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_catalog.media.files import MediaFolder


def write_partial(media: MediaFolder, video_id: str, content: bytes) -> None:
    with media.begin(video_id) as file:
        file.write(content)


def test_a_file_is_served_only_once_it_is_final(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    write_partial(media, "v", b"frames")
    assert media.thumbnail("v") is None
    assert media.content("v/source.mp4") is None

    file_path = media.finalize("v", "mp4", b"jpeg", b"clock")

    assert file_path == "v/source.mp4"
    content, thumbnail = media.content(file_path), media.thumbnail("v")
    assert content is not None
    assert thumbnail is not None
    assert (content.read_bytes(), thumbnail.read_bytes()) == (b"frames", b"jpeg")
    assert sorted(path.name for path in (tmp_path / "v").iterdir()) == [
        "source.clock",
        "source.mp4",
        "thumbnail.jpg",
    ]


def test_removal_is_idempotent_and_touches_no_other_folder(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    write_partial(media, "v", b"")
    write_partial(media, "w", b"")

    media.remove("v")
    media.remove("v")

    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_an_id_is_used_once(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    write_partial(media, "v", b"")

    with pytest.raises(FileExistsError):
        media.begin("v")


def test_the_media_folder_is_created_and_must_be_a_folder(tmp_path: Path) -> None:
    MediaFolder(tmp_path / "a" / "b").check()
    assert (tmp_path / "a" / "b").is_dir()

    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        MediaFolder(tmp_path / "file").check()
