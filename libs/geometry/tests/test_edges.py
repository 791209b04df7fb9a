from __future__ import annotations

from onwatch_geometry.edges import folds_back, meet, repeated, turn

A, B, C, D = (0.0, 0.0), (0.1, 0.1), (0.2, 0.2), (0.2, 0.0)


def test_three_points_on_one_line_do_not_turn() -> None:
    assert (turn(A, B, C), turn(A, C, D), turn(A, D, C)) == (0, -1, 1)


def test_edges_meet_where_they_share_a_point() -> None:
    assert meet((A, C), (B, D))
    assert not meet((A, B), (C, D))


def test_an_edge_folds_back_over_its_neighbour() -> None:
    assert folds_back((A, C), (C, B))
    assert not folds_back((A, B), (B, C))


def test_the_first_repeated_point_is_found() -> None:
    assert repeated([(0.1, 0.1), (0.2, 0.2), (0.1, 0.1)]) == (0, 2)
    assert repeated([(0.1, 0.1), (0.2, 0.2)]) is None


def test_a_turn_is_exact() -> None:
    """0.1 * 3 is not 0.3 in floats: the third point is a little beside the line."""
    assert turn((0.0, 0.0), (0.1, 0.1), (0.1 * 3, 0.3)) == -1
    assert turn((0.0, 0.0), (0.1, 0.1), (0.3, 0.3)) == 0
