"""Rules of subscriptions and demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_gateway.demand import TICK, DemandLedger, NotSubscribed, Released, Wanted

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def watching(*viewers: str, video_id: str = "a") -> DemandLedger:
    ledger = DemandLedger()
    for viewer in viewers:
        ledger.subscribe(viewer, video_id)
    return ledger


def test_a_subscription_alone_is_not_demand() -> None:
    ledger = watching("anna")
    assert ledger.active_subscribers("a") == 1
    assert ledger.demand_for("a") is None
    assert ledger.take_signals() == []


def test_the_first_start_is_signalled_once() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", NOON)
    assert ledger.take_signals() == [Wanted("a", 1, NOON)]
    assert ledger.take_signals() == []


def test_another_viewers_start_signals_the_new_count_and_the_newest_time() -> None:
    ledger = watching("anna", "ben")
    ledger.start("anna", "a", at(0))
    ledger.take_signals()
    ledger.start("ben", "a", at(5))
    assert ledger.take_signals() == [Wanted("a", 2, at(5))]


def test_the_last_stop_releases() -> None:
    ledger = watching("anna", "ben")
    ledger.start("anna", "a", NOON)
    ledger.start("ben", "a", NOON)
    ledger.take_signals()
    ledger.stop("anna", "a")
    assert ledger.take_signals() == [Wanted("a", 1, NOON)]
    ledger.stop("ben", "a")
    assert ledger.take_signals() == [Released("a")]


def test_unsubscribing_releases_like_stopping() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", NOON)
    ledger.take_signals()
    assert ledger.unsubscribe("anna") == "a"
    assert ledger.take_signals() == [Released("a")]
    assert ledger.subscribed_videos() == frozenset()


def test_subscribing_to_another_video_ends_the_first_with_its_demand() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", NOON)
    ledger.take_signals()
    ledger.subscribe("anna", "b")
    assert ledger.video_of("anna") == "b"
    assert ledger.subscribed_videos() == {"b"}
    assert ledger.take_signals() == [Released("a")]


def test_subscribing_again_to_the_same_video_keeps_the_demand() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", NOON)
    ledger.subscribe("anna", "a")
    assert ledger.demand_for("a") == Wanted("a", 1, NOON)


def test_a_start_and_stop_between_two_publications_signal_nothing() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", NOON)
    ledger.stop("anna", "a")
    assert ledger.take_signals() == []


def test_stopping_twice_is_the_same_as_once() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", NOON)
    ledger.take_signals()
    ledger.stop("anna", "a")
    ledger.stop("anna", "a")
    assert ledger.take_signals() == [Released("a")]
    ledger.stop("anna", "a")
    assert ledger.take_signals() == []


def test_starting_again_renews_the_demand() -> None:
    ledger = watching("anna")
    ledger.start("anna", "a", at(0))
    ledger.start("anna", "a", at(9))
    assert ledger.take_signals() == [Wanted("a", 1, at(9))]


@pytest.mark.parametrize("step", ["start", "stop"])
def test_start_and_stop_need_the_subscription(step: str) -> None:
    ledger = watching("anna")
    with pytest.raises(NotSubscribed, match="video b"):
        ledger.start("anna", "b", NOON) if step == "start" else ledger.stop("anna", "b")


def test_a_heartbeat_repeats_current_demand_only() -> None:
    ledger = watching("anna")
    ledger.subscribe("ben", "b")
    ledger.start("anna", "a", NOON)
    ledger.take_signals()
    ledger.heartbeat(at(2))
    assert ledger.take_signals() == [Wanted("a", 1, NOON)]
    ledger.stop("anna", "a")
    ledger.take_signals()
    ledger.heartbeat(at(4))
    assert ledger.take_signals() == []


def test_a_finished_run_answers_all_earlier_demand() -> None:
    ledger = watching("anna", "ben")
    ledger.start("anna", "a", at(0))
    ledger.start("ben", "a", at(5))
    ledger.take_signals()
    ledger.answered("a", at(60))
    assert ledger.demand_for("a") is None
    assert ledger.take_signals() == [Released("a")]
    assert ledger.active_subscribers("a") == 2  # they stay subscribed


def test_a_start_after_the_end_of_a_run_survives_a_late_message_of_that_end() -> None:
    ledger = watching("anna", "ben")
    ledger.start("anna", "a", at(0))
    ledger.start("ben", "a", at(61))
    ledger.answered("a", at(60))
    assert ledger.demand_for("a") == Wanted("a", 1, at(61))


def test_a_start_after_the_end_of_a_run_is_later_even_on_a_slow_clock() -> None:
    ledger = watching("anna")
    ledger.answered("a", at(60))
    ledger.start("anna", "a", at(58))
    assert ledger.demand_for("a") == Wanted("a", 1, at(60) + TICK)


def test_a_repeated_end_does_not_drop_newer_demand() -> None:
    ledger = watching("anna")
    ledger.answered("a", at(60))
    ledger.start("anna", "a", at(58))
    ledger.answered("a", at(60))
    assert ledger.demand_for("a") == Wanted("a", 1, at(60) + TICK)


def test_an_end_that_the_clock_has_passed_is_dropped() -> None:
    ledger = watching("anna")
    ledger.answered("a", at(60))
    ledger.heartbeat(at(61))
    assert ledger._answered_at == {}
    ledger.start("anna", "a", at(62))
    assert ledger.demand_for("a") == Wanted("a", 1, at(62))


VIEWERS = st.sampled_from(["anna", "ben", "cleo"])
VIDEOS = st.sampled_from(["a", "b"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("subscribe"), VIEWERS, VIDEOS),
        st.tuples(st.just("start"), VIEWERS, VIDEOS),
        st.tuples(st.just("stop"), VIEWERS, VIDEOS),
        st.tuples(st.just("leave"), VIEWERS, VIDEOS),
        st.tuples(st.just("finish"), VIEWERS, VIDEOS),
        st.tuples(st.just("beat"), VIEWERS, VIDEOS),
        st.tuples(st.just("take"), VIEWERS, VIDEOS),
    ),
    max_size=60,
)


class Model:
    """The same rules in their simplest form: what each viewer is subscribed to, and what it has started."""

    def __init__(self) -> None:
        self.ledger = DemandLedger()
        self.subscribed: dict[str, str] = {}
        self.started: dict[str, str] = {}
        self.received: dict[str, int] = {}  # what a receiver of the signals knows: viewers by video

    def step(self, number: int, kind: str, viewer: str, video_id: str) -> None:
        is_subscribed = self.subscribed.get(viewer) == video_id
        match kind:
            case "subscribe":
                self.ledger.subscribe(viewer, video_id)
                if not is_subscribed:
                    self.started.pop(viewer, None)
                self.subscribed[viewer] = video_id
            case "start" if is_subscribed:
                self.ledger.start(viewer, video_id, at(number))
                self.started[viewer] = video_id
            case "stop" if is_subscribed:
                self.ledger.stop(viewer, video_id)
                self.started.pop(viewer, None)
            case "leave":
                self.ledger.unsubscribe(viewer)
                self.subscribed.pop(viewer, None)
                self.started.pop(viewer, None)
            case "finish":
                self.ledger.answered(video_id, at(number))
                self.started = {who: what for who, what in self.started.items() if what != video_id}
            case "beat":
                self.ledger.heartbeat(at(number))
            case "take":
                self.receive()

    def receive(self) -> None:
        for signal in self.ledger.take_signals():
            match signal:
                case Wanted(video_id, viewers, _):
                    assert viewers > 0
                    self.received[video_id] = viewers
                case Released(video_id):
                    assert video_id in self.received, "released without having been wanted"
                    del self.received[video_id]

    def check(self) -> None:
        for video_id in ("a", "b"):
            subscribers = {who for who, what in self.subscribed.items() if what == video_id}
            started = {who for who, what in self.started.items() if what == video_id}
            demand = self.ledger.demand_for(video_id)
            assert self.ledger.viewers_of(video_id) == subscribers
            assert (demand.viewers if demand else 0) == len(started)
            assert started <= subscribers
        subscriptions = sum(self.ledger.active_subscribers(video_id) for video_id in ("a", "b"))
        assert subscriptions == len(self.subscribed)  # never two for one viewer


@given(steps=STEPS)
def test_demand_counts_the_connected_viewers_that_have_started_and_ends_at_zero(
    steps: list[tuple[str, str, str]],
) -> None:
    model = Model()
    for number, (kind, viewer, video_id) in enumerate(steps):
        model.step(number, kind, viewer, video_id)
        model.check()
    model.receive()
    assert model.received == {
        video_id: demand.viewers for video_id in ("a", "b") if (demand := model.ledger.demand_for(video_id)) is not None
    }
    for viewer in ("anna", "ben", "cleo"):
        model.step(len(steps), "leave", viewer, "a")
    model.receive()
    assert model.received == {}
    assert model.ledger.subscribed_videos() == frozenset()
    assert model.ledger.videos_wanted == 0
