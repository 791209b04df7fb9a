"""Pictures in shared memory."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from onwatch_media.sandbox.resources import MIB
from onwatch_media.sandbox.shared_pictures import LEAST_SLOTS, SLOTS, SharedPictures, WrittenPictures, slots_for

HEIGHT, WIDTH = 4, 6
SLOT_BYTES = HEIGHT * WIDTH * 3


@pytest.fixture
def shared():
    memory = SharedPictures(SLOT_BYTES)
    yield memory
    memory.close()


def writer(memory: SharedPictures) -> WrittenPictures:
    return WrittenPictures(os.dup(memory.handle), memory.slots, memory.slot_bytes)


def coloured(level: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def test_a_picture_arrives_without_a_copy(shared: SharedPictures):
    other, slot = writer(shared), shared.lend()
    other.write(slot, coloured(7))
    picture = shared.picture(slot, HEIGHT, WIDTH)
    assert np.array_equal(picture, coloured(7))
    other.write(slot, coloured(8))
    assert np.array_equal(picture, coloured(8))


def test_a_slot_is_free_again_once_nobody_has_its_picture_or_a_part_of_it(shared: SharedPictures):
    slot = shared.lend()
    part = shared.picture(slot, HEIGHT, WIDTH)[1:3, ::2]
    taken = [shared.lend() for _ in range(shared.slots - 1)]
    assert slot not in taken
    del part
    assert shared.lend() == slot


def test_the_last_free_slot_is_not_kept_by_its_picture(shared: SharedPictures):
    pictures = []
    other = writer(shared)
    for level in range(3 * SLOTS):
        slot = shared.lend()
        other.write(slot, coloured(level))
        pictures.append(shared.picture(slot, HEIGHT, WIDTH))
    assert [int(picture[0, 0, 0]) for picture in pictures] == list(range(3 * SLOTS))


def test_a_grey_picture_is_copied(shared: SharedPictures):
    other, slot = writer(shared), shared.lend()
    other.write(slot, np.full((2, 3), 9, np.uint8))
    grey = shared.grey(slot, 2, 3)
    other.write(slot, np.full((2, 3), 1, np.uint8))
    assert grey.tolist() == [[9] * 3] * 2


def test_a_picture_larger_than_its_slot_is_not_written(shared: SharedPictures):
    with pytest.raises(ValueError, match="does not fit"):
        writer(shared).write(shared.slots - 1, np.zeros((HEIGHT + 1, WIDTH, 3), np.uint8))


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
@pytest.mark.parametrize("size", [0, 1 << 20])
def test_the_other_end_cannot_change_the_size(shared: SharedPictures, size: int):
    with pytest.raises(PermissionError):
        os.ftruncate(shared.handle, size)


@pytest.mark.parametrize(("slot_bytes", "slots"), [(1000, SLOTS), (25 * MIB, 5), (103 * MIB, LEAST_SLOTS)])
def test_of_large_pictures_there_are_few_slots(slot_bytes: int, slots: int):
    assert slots_for(slot_bytes) == slots
