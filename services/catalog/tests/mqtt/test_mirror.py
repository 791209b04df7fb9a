from __future__ import annotations

from onwatch_catalog.mqtt.mirror import Mirror


def test_only_what_differs_is_published() -> None:
    mirror = Mirror()
    mirror.note("a", "a/total", "1")
    mirror.note("a", "a/current", "1")

    assert mirror.changes("a", {"a/total": "2", "a/current": "1", "a/state": "ready"}) == [
        ("a/total", "2"),
        ("a/state", "ready"),
    ]


def test_a_topic_that_was_removed_is_gone_and_with_the_last_one_the_video() -> None:
    mirror = Mirror()
    mirror.note("a", "a/total", "1")
    mirror.note("a", "a/state", "ready")
    mirror.note("a", "a/total", "")
    assert list(mirror.topics("a")) == ["a/state"]
    mirror.note("a", "a/state", "")
    mirror.note("a", "a/state", "")
    assert list(mirror.videos) == []
    assert list(mirror.topics("a")) == []
