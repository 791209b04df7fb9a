from __future__ import annotations

import pytest

from onwatch_catalog.errors import FolderNotFound
from onwatch_catalog.folders.parameters import checked_folder_id, into_folder, target_folder
from onwatch_contracts.accounts import EVERYBODY

IDA = EVERYBODY.model_copy(update={"video_ids": (), "folder_ids": ("north",)})


def test_an_id_that_no_folder_can_have_is_not_found() -> None:
    assert checked_folder_id("f-1") == "f-1"
    with pytest.raises(FolderNotFound, match=r"There is no folder a\.b"):
        checked_folder_id("a.b")


def test_none_is_no_folder() -> None:
    assert (target_folder("north"), target_folder("none")) == ("north", None)


def test_an_upload_goes_into_a_folder_that_the_sender_may_see() -> None:
    assert into_folder(None, sender=None) is None
    assert into_folder("none", sender=EVERYBODY) is None
    assert into_folder("north", sender=IDA) == "north"
    for folder in ("south", "", "a.b"):
        with pytest.raises(FolderNotFound):
            into_folder(folder, sender=IDA)
