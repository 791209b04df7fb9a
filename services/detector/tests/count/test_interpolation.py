from __future__ import annotations

from onwatch_counting.log import LoggedBox
from onwatch_detector.count import interpolated

CAR = LoggedBox(1, 100, 200, 300, 400, confidence=128, vehicle_type="car", scores=(("car", 120), ("truck", 9)))


def test_edges_move_evenly_and_the_rest_is_that_of_the_picture_before() -> None:
    later = LoggedBox(1, 200, 100, 500, 403, confidence=250, vehicle_type="truck")
    assert interpolated([CAR], [later], 0.25) == (CAR._replace(left=125, top=175, right=350, bottom=401),)


def test_at_both_ends_a_box_is_that_of_the_picture() -> None:
    later = CAR._replace(left=151, top=5, right=351, bottom=205)
    assert interpolated([CAR], [later], 0.0) == (CAR,)
    assert interpolated([CAR], [later], 1.0) == (later,)


def test_only_tracks_of_both_pictures_are_there_in_the_order_of_their_ids() -> None:
    before = [CAR, CAR._replace(track_id=2), CAR._replace(track_id=5)]
    after = [CAR._replace(track_id=2), CAR._replace(track_id=4), CAR._replace(track_id=5)]
    assert [box.track_id for box in interpolated(before, after, 0.5)] == [2, 5]


def test_a_box_never_loses_its_size() -> None:
    thin = CAR._replace(left=10, right=11, top=20, bottom=21)
    for other in (0, 1, 7, 13, 500):
        moved = thin._replace(left=other, right=other + 1, top=other, bottom=other + 1)
        for share in (n / 24 for n in range(25)):
            (box,) = interpolated([thin], [moved], share)
            assert box.right > box.left
            assert box.bottom > box.top
