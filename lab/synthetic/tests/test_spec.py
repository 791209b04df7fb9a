import pytest

from onwatch_synthetic import PRESETS, ClipSpec


def test_frame_count_is_duration_times_fps() -> None:
    assert ClipSpec(seed=1, duration_s=2.5, fps=12.5).frame_count == 31


@pytest.mark.parametrize(
    "wrong",
    [{"width": 641}, {"height": 64}, {"fps": 0.5}, {"duration_s": 0.0}, {"lanes": 5}, {"type_weights": (0, 0, 0, 0)}],
)
def test_a_clip_that_cannot_be_made_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        ClipSpec(seed=1, **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_presets_have_the_promised_lengths() -> None:
    assert PRESETS["sample"].duration_s == 30.0
    assert 6.0 <= PRESETS["short"].duration_s <= 8.0
