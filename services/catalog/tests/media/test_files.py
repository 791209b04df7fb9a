"""The promises of the port of files, kept by each adapter."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from onwatch_catalog.media import Files, MediaFolder
from onwatch_media import VideoSource

from .conftest import OpenFiles, content_of

CONTENT = bytes(range(1, 48))  # in parts of ten bytes: five, of which one is not full


def write_partial(files: Files, video_id: str, content: bytes = CONTENT) -> None:
    with closing(files.begin(video_id)) as file:
        file.write(content)


def read(source: VideoSource, offset: int, size: int) -> bytes:
    if isinstance(source, Path):
        return source.read_bytes()[offset : offset + size]
    return source.read(offset, size)


def names_in(files: Files) -> dict[str, tuple[str, ...] | None]:
    return {entry.name: entry.files for entry in files.entries(time.time())}


def test_a_file_is_served_only_once_it_is_final(files: Files) -> None:
    write_partial(files, "v")
    assert files.thumbnail("v") is None
    assert files.content("v/source.mp4") is None
    assert content_of(files.partial("v")) == CONTENT

    file_path = files.finalize("v", "mp4", b"jpeg", b"clock")

    assert file_path == "v/source.mp4"
    assert content_of(files.content(file_path)) == CONTENT
    assert content_of(files.thumbnail("v")) == b"jpeg"
    assert names_in(files) == {"v": ("source.clock", "source.mp4", "thumbnail.jpg")}


def test_what_arrives_is_kept_and_another_process_goes_on(open_files: OpenFiles) -> None:
    assert open_files().received_bytes("v") is None
    open_files().begin("v").close()
    assert open_files().received_bytes("v") == 0

    arrived = 0
    for size in (1, 9, 10, 25, 2):
        with closing(open_files().append("v")) as file:
            file.write(CONTENT[arrived : arrived + size])
        arrived += size
        assert open_files().received_bytes("v") == arrived

    assert content_of(open_files().partial("v")) == CONTENT
    open_files().finalize("v", "mkv", b"jpeg", b"clock")
    assert content_of(open_files().content("v/source.mkv")) == CONTENT


def test_nothing_is_appended_to_what_was_not_begun(files: Files) -> None:
    with pytest.raises(FileNotFoundError):
        files.append("v")


@pytest.mark.parametrize(("offset", "size"), [(0, 1), (9, 2), (15, 3), (0, 47), (46, 1), (40, 100), (47, 5)])
def test_a_file_is_read_by_range(files: Files, offset: int, size: int) -> None:
    """While it arrives, and when it is complete: across parts, and across blocks of the cache."""
    write_partial(files, "v")
    assert read(files.partial("v"), offset, size) == CONTENT[offset : offset + size]
    files.finalize("v", "mp4", b"", b"")
    content = files.content("v/source.mp4")
    assert content is not None
    assert read(content, offset, size) == CONTENT[offset : offset + size]


def test_removal_is_idempotent_and_touches_no_other_folder(files: Files) -> None:
    for video_id in ("v", "v2", "w"):
        write_partial(files, video_id)
    files.finalize("v", "mp4", b"jpeg", b"clock")

    files.remove("v")
    files.remove("v")

    assert set(names_in(files)) == {"v2", "w"}
    assert files.received_bytes("v") is None


def test_an_id_is_used_once(open_files: OpenFiles) -> None:
    write_partial(open_files(), "v", b"")

    with pytest.raises(FileExistsError):
        open_files().begin("v")


def test_a_join_is_written_in_a_folder_and_kept(files: Files) -> None:
    files.begin("v").close()
    target = files.join_target("v")
    assert set(target.parent.iterdir()) <= {target}
    target.write_bytes(CONTENT)

    files.take_joined("v")

    assert files.received_bytes("v") == len(CONTENT)
    files.finalize("v", "ts", b"", b"")
    assert content_of(files.content("v/source.ts")) == CONTENT


def test_a_join_that_is_given_up_leaves_nothing(files: Files) -> None:
    files.begin("v").close()
    target = files.join_target("v")
    target.write_bytes(CONTENT)

    files.remove("v")

    assert not target.exists()
    assert names_in(files) == {}


def test_single_files_are_replaced_and_removed(files: Files) -> None:
    write_partial(files, "v")
    files.finalize("v", "mp4", b"jpeg", b"clock")

    files.replace_thumbnail("v", b"other")
    files.keep_clock("v/source.mp4", b"a clock")
    files.remove_file("v/source.mp4")
    files.remove_file("v/source.mp4")

    assert content_of(files.thumbnail("v")) == b"other"
    assert names_in(files) == {"v": ("source.clock", "thumbnail.jpg")}
    assert files.content("v/source.mp4") is None


def test_a_clock_of_another_file_is_no_clock(files: Files) -> None:
    write_partial(files, "v")
    files.finalize("v", "mp4", b"jpeg", b"no clock")
    assert files.lacks_clock("v/source.mp4")


def test_what_is_stored_has_an_age(files: Files) -> None:
    write_partial(files, "v")
    (entry,) = files.entries(time.time() + 3600)
    assert 3500 < entry.age_s < 3700


def test_a_storage_that_can_be_used_passes_its_check(files: Files) -> None:
    files.check()
    assert (files.free_bytes() or 1) > 0


def test_the_media_folder_is_created_and_must_be_a_folder(tmp_path: Path) -> None:
    MediaFolder(tmp_path / "a" / "b").check()
    assert (tmp_path / "a" / "b").is_dir()

    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        MediaFolder(tmp_path / "file").check()
