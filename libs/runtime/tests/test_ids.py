import re

from pydantic import TypeAdapter

from onwatch_contracts.values import VideoId
from onwatch_runtime.ids import new_id


def test_an_id_is_32_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{32}", new_id())


def test_ids_are_unique():
    assert len({new_id() for _ in range(1000)}) == 1000


def test_an_id_is_a_valid_video_id():
    TypeAdapter(VideoId).validate_python(new_id())
