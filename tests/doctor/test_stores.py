from __future__ import annotations

from pathlib import Path

import pytest

from onwatch.doctor.stores import locate_stores
from onwatch_runtime.observe import ExaminationFailed


def test_without_servers_in_the_environment_the_data_folder_is_examined(tmp_path: Path) -> None:
    stores = locate_stores(tmp_path, environ={})
    assert not stores.has_servers
    assert stores.description == f"the data folder {tmp_path}: both databases and the media folder"


def test_one_server_in_the_environment_is_enough(tmp_path: Path) -> None:
    stores = locate_stores(tmp_path / "none", environ={"ONWATCH_AGGREGATOR_REDIS_URL": "redis://r"})
    assert stores.has_servers
    assert "no --management-url" in stores.description


def test_without_a_folder_and_without_servers_there_is_nothing_to_examine(tmp_path: Path) -> None:
    with pytest.raises(ExaminationFailed, match="names no server"):
        locate_stores(tmp_path / "none", environ={})
