from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_catalog.media import (
    RESTORE_FOLDER,
    RESTORE_MARK,
    MediaFolder,
    RestoreUnfinished,
    is_half_replaced,
    restore_folder,
)


def test_a_prepared_restore_is_no_obstacle_and_a_half_done_one_is(tmp_path: Path) -> None:
    files, folder = MediaFolder(tmp_path), restore_folder(tmp_path)
    assert folder == tmp_path / RESTORE_FOLDER
    folder.mkdir()
    files.check()
    assert not is_half_replaced(tmp_path)

    (folder / RESTORE_MARK).touch()
    assert is_half_replaced(tmp_path)
    with pytest.raises(RestoreUnfinished, match="run `onwatch restore` with the same backup again"):
        files.check()
