"""Rules of subscription and demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_gateway.demand import TICK, DemandBook, NotSubscribed, Released, Wanted

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def watching(*viewers: str, video_id: str = "a") -> DemandBook:
    book = DemandBook()
    for viewer in viewers:
        book.subscribe(viewer, video_id)
    return book


def test_subscribing_alone_is_no_demand() -> None:
    book = watching("anna")
    assert book.active_subscribers("a") == 1
    assert book.wish("a") is None
    assert book.take_signals() == []


def test_the_first_start_is_announced_once() -> None:
    book = watching("anna")
    book.start("anna", "a", NOON)
    assert book.take_signals() == [Wanted("a", 1, NOON)]
    assert book.take_signals() == []


def test_another_viewers_start_says_the_new_number_and_the_newest_time() -> None:
    book = watching("anna", "ben")
    book.start("anna", "a", at(0))
    book.take_signals()
    book.start("ben", "a", at(5))
    assert book.take_signals() == [Wanted("a", 2, at(5))]


def test_the_last_stop_releases() -> None:
    book = watching("anna", "ben")
    book.start("anna", "a", NOON)
    book.start("ben", "a", NOON)
    book.take_signals()
    book.stop("anna", "a")
    assert book.take_signals() == [Wanted("a", 1, NOON)]
    book.stop("ben", "a")
    assert book.take_signals() == [Released("a")]


def test_leaving_releases_like_stopping() -> None:
    book = watching("anna")
    book.start("anna", "a", NOON)
    book.take_signals()
    assert book.unsubscribe("anna") == "a"
    assert book.take_signals() == [Released("a")]
    assert book.listened_to() == frozenset()


def test_subscribing_to_another_video_ends_the_first_with_its_wish() -> None:
    book = watching("anna")
    book.start("anna", "a", NOON)
    book.take_signals()
    book.subscribe("anna", "b")
    assert book.video_of("anna") == "b"
    assert book.listened_to() == {"b"}
    assert book.take_signals() == [Released("a")]


def test_subscribing_again_to_the_same_video_keeps_the_wish() -> None:
    book = watching("anna")
    book.start("anna", "a", NOON)
    book.subscribe("anna", "a")
    assert book.wish("a") == Wanted("a", 1, NOON)


def test_a_start_and_stop_before_anything_was_said_stays_unsaid() -> None:
    book = watching("anna")
    book.start("anna", "a", NOON)
    book.stop("anna", "a")
    assert book.take_signals() == []


def test_stopping_twice_is_the_same_as_once() -> None:
    book = watching("anna")
    book.start("anna", "a", NOON)
    book.take_signals()
    book.stop("anna", "a")
    book.stop("anna", "a")
    assert book.take_signals() == [Released("a")]
    book.stop("anna", "a")
    assert book.take_signals() == []


def test_starting_again_renews_the_wish() -> None:
    book = watching("anna")
    book.start("anna", "a", at(0))
    book.start("anna", "a", at(9))
    assert book.take_signals() == [Wanted("a", 1, at(9))]


@pytest.mark.parametrize("step", ["start", "stop"])
def test_start_and_stop_need_the_subscription(step: str) -> None:
    book = watching("anna")
    with pytest.raises(NotSubscribed, match="video b"):
        book.start("anna", "b", NOON) if step == "start" else book.stop("anna", "b")


def test_a_heartbeat_says_again_what_is_wanted_and_nothing_else() -> None:
    book = watching("anna")
    book.subscribe("ben", "b")
    book.start("anna", "a", NOON)
    book.take_signals()
    book.beat(at(2))
    assert book.take_signals() == [Wanted("a", 1, NOON)]
    book.stop("anna", "a")
    book.take_signals()
    book.beat(at(4))
    assert book.take_signals() == []


def test_a_finished_run_answers_every_wish_up_to_then() -> None:
    book = watching("anna", "ben")
    book.start("anna", "a", at(0))
    book.start("ben", "a", at(5))
    book.take_signals()
    book.answered("a", at(60))
    assert book.wish("a") is None
    assert book.take_signals() == [Released("a")]
    assert book.active_subscribers("a") == 2  # they go on listening


def test_a_start_pressed_after_the_end_is_not_dropped_by_late_news_of_it() -> None:
    book = watching("anna", "ben")
    book.start("anna", "a", at(0))
    book.start("ben", "a", at(61))
    book.answered("a", at(60))
    assert book.wish("a") == Wanted("a", 1, at(61))


def test_a_start_after_an_end_is_later_than_it_even_on_a_clock_that_is_behind() -> None:
    book = watching("anna")
    book.answered("a", at(60))
    book.start("anna", "a", at(58))
    assert book.wish("a") == Wanted("a", 1, at(60) + TICK)


def test_the_same_end_told_twice_does_not_drop_the_next_wish() -> None:
    book = watching("anna")
    book.answered("a", at(60))
    book.start("anna", "a", at(58))
    book.answered("a", at(60))
    assert book.wish("a") == Wanted("a", 1, at(60) + TICK)


def test_an_end_that_the_clock_has_passed_is_forgotten() -> None:
    book = watching("anna")
    book.answered("a", at(60))
    book.beat(at(61))
    assert book._answered_at == {}
    book.start("anna", "a", at(62))
    assert book.wish("a") == Wanted("a", 1, at(62))


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
    """The same rules in the plainest words: what each viewer listens to, and since when it wants it."""

    def __init__(self) -> None:
        self.book = DemandBook()
        self.listens: dict[str, str] = {}
        self.started: dict[str, str] = {}
        self.heard: dict[str, int] = {}  # what somebody on the bus believes: viewers by video

    def step(self, number: int, kind: str, viewer: str, video_id: str) -> None:
        listens = self.listens.get(viewer) == video_id
        match kind:
            case "subscribe":
                self.book.subscribe(viewer, video_id)
                if not listens:
                    self.started.pop(viewer, None)
                self.listens[viewer] = video_id
            case "start" if listens:
                self.book.start(viewer, video_id, at(number))
                self.started[viewer] = video_id
            case "stop" if listens:
                self.book.stop(viewer, video_id)
                self.started.pop(viewer, None)
            case "leave":
                self.book.unsubscribe(viewer)
                self.listens.pop(viewer, None)
                self.started.pop(viewer, None)
            case "finish":
                self.book.answered(video_id, at(number))
                self.started = {who: what for who, what in self.started.items() if what != video_id}
            case "beat":
                self.book.beat(at(number))
            case "take":
                self.hear()

    def hear(self) -> None:
        for signal in self.book.take_signals():
            match signal:
                case Wanted(video_id, viewers, _):
                    assert viewers > 0
                    self.heard[video_id] = viewers
                case Released(video_id):
                    assert video_id in self.heard, "released, but never wanted"
                    del self.heard[video_id]

    def check(self) -> None:
        for video_id in ("a", "b"):
            listeners = {who for who, what in self.listens.items() if what == video_id}
            started = {who for who, what in self.started.items() if what == video_id}
            wish = self.book.wish(video_id)
            assert self.book.viewers_of(video_id) == listeners
            assert (wish.viewers if wish else 0) == len(started)
            assert started <= listeners
        subscriptions = sum(self.book.active_subscribers(video_id) for video_id in ("a", "b"))
        assert subscriptions == len(self.listens)  # never two for one viewer


@settings(deadline=None)  # a busy machine is no failure
@given(steps=STEPS)
def test_whatever_viewers_do_demand_is_the_living_started_ones_and_ends_at_zero(
    steps: list[tuple[str, str, str]],
) -> None:
    model = Model()
    for number, (kind, viewer, video_id) in enumerate(steps):
        model.step(number, kind, viewer, video_id)
        model.check()
    model.hear()
    assert model.heard == {
        video_id: wish.viewers for video_id in ("a", "b") if (wish := model.book.wish(video_id)) is not None
    }
    for viewer in ("anna", "ben", "cleo"):
        model.step(len(steps), "leave", viewer, "a")
    model.hear()
    assert model.heard == {}
    assert model.book.listened_to() == frozenset()
    assert model.book.videos_wanted == 0
