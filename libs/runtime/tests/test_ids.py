"""Identifiers."""

import re

from pydantic import TypeAdapter

from onwatch_contracts.values import VideoId
from onwatch_runtime.ids import new_id


def test_an_id_is_32_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{32}", new_id())


def test_no_two_ids_are_the_same():
    assert len({new_id() for _ in range(1000)}) == 1000


def test_an_id_may_stand_for_a_video():
    TypeAdapter(VideoId).validate_python(new_id())
