from __future__ import annotations

from onwatch_runtime.bus.rabbit.doctor.dead_letters import DeadLetter, grouped


def test_dead_letters_are_grouped_by_queue_and_reason() -> None:
    groups = grouped(
        [
            DeadLetter("q", "no file", "a.v1"),
            DeadLetter("q", "no file", "b.v1"),
            DeadLetter("q", "no file", "b.v1"),
            DeadLetter("p", "late", "a.v1"),
        ]
    )

    assert [(group.queue, group.reason, group.count, group.kinds) for group in groups] == [
        ("q", "no file", 3, (("b.v1", 2), ("a.v1", 1))),
        ("p", "late", 1, (("a.v1", 1),)),
    ]
