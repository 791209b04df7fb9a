"""Order of a video's run events by epoch."""

from __future__ import annotations

import pytest

from onwatch_gateway.epochs import RunEpochs


@pytest.fixture
def epochs() -> RunEpochs:
    """Video `a`, with epoch 2 of run `r` running."""
    epochs = RunEpochs()
    assert epochs.advance("a", "r", 2)
    return epochs


def test_the_running_epoch_can_be_recorded_repeatedly_and_ended_once(epochs: RunEpochs) -> None:
    assert epochs.advance("a", "r", 2)
    assert epochs.end("a", "r", 2)
    assert not epochs.end("a", "r", 2)


def test_an_epoch_that_has_ended_does_not_run_again(epochs: RunEpochs) -> None:
    epochs.end("a", "r", 2)
    assert not epochs.advance("a", "r", 2)
    assert epochs.advance("a", "r", 3)


def test_events_of_an_older_epoch_are_stale(epochs: RunEpochs) -> None:
    assert not epochs.advance("a", "r", 1)
    assert not epochs.end("a", "r", 1)
    assert epochs.end("a", "r", 2)


def test_an_epoch_whose_start_was_missed_can_end(epochs: RunEpochs) -> None:
    assert epochs.end("a", "r", 3)
    assert epochs.end("b", "r", 1)


@pytest.mark.parametrize(("run_id", "is_ended"), [("r", True), (None, True), ("older", False)])
def test_an_end_without_an_epoch_ends_the_newest_one_of_its_run(
    epochs: RunEpochs, run_id: str | None, is_ended: bool
) -> None:
    epochs.end_run("a", run_id)
    epochs.end_run("b", run_id)
    assert epochs.advance("a", "r", 2) is not is_ended
    assert epochs.advance("b", "r", 1)


def test_a_deleted_video_is_forgotten(epochs: RunEpochs) -> None:
    epochs.forget("a")
    epochs.forget("a")
    assert epochs.advance("a", "r", 1)
