from onwatch_runtime.bus.memory.queue import Envelope, MemoryQueue

KIND, KIND_TO_BIND = "video.created.v1", "metrics.committed.v1"


def queue(*, ordered: bool = False, ttl_s: float | None = None) -> MemoryQueue:
    return MemoryQueue("work", frozenset({KIND}), frozenset({KIND_TO_BIND}), ordered, ttl_s)


def envelope(body: bytes, video_id: str = "a", at_s: float = 0.0) -> Envelope:
    return Envelope(f"{KIND}.{video_id}", video_id, body, at_s)


def taken(queue: MemoryQueue, now_s: float = 0.0) -> bytes | None:
    envelope = queue.take(now_s)
    return envelope.body if envelope else None


def test_it_accepts_its_kinds_of_message_for_all_or_its_bound_videos():
    assert queue().accepts(KIND, "a")
    assert not queue().accepts("video.created.v2", "a")
    bound = queue()
    bound.videos.add("a")
    assert bound.accepts(KIND_TO_BIND, "a")
    assert not bound.accepts(KIND_TO_BIND, "b")
    assert bound.accepts(KIND, "b")


def test_the_oldest_message_is_taken_first():
    work = queue()
    work.put(envelope(b"1"), 0.0)
    work.put(envelope(b"2"), 0.0)
    assert [taken(work), taken(work), taken(work)] == [b"1", b"2", None]


def test_in_an_ordered_queue_a_busy_video_waits_and_others_pass():
    work = queue(ordered=True)
    for body, video_id in ((b"a1", "a"), (b"a2", "a"), (b"b1", "b")):
        work.put(envelope(body, video_id), 0.0)
    assert [taken(work), taken(work), taken(work)] == [b"a1", b"b1", None]
    work.busy_videos.discard("a")
    assert taken(work) == b"a2"


def test_a_requeued_message_is_the_next():
    work = queue()
    first = envelope(b"1")
    work.put(first, 0.0)
    work.put(envelope(b"2"), 0.0)
    assert work.take(0.0) is first
    work.requeue(first)
    assert [taken(work), taken(work)] == [b"1", b"2"]


def test_a_message_is_dropped_when_its_time_to_live_is_over():
    work = queue(ttl_s=2.0)
    work.put(envelope(b"old", at_s=0.0), 0.0)
    work.put(envelope(b"new", at_s=1.0), 1.0)
    assert taken(work, now_s=2.0) == b"new"


def test_expired_messages_are_dropped_without_a_consumer_too():
    work = queue(ttl_s=2.0)
    for second in range(100):
        work.put(envelope(b"", at_s=float(second)), float(second))
    assert len(work.waiting) <= 2
