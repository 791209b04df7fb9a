"""The table of rights."""

import pytest

from onwatch_gateway.access.rights import MESSAGES, NOT_LISTED, RIGHTS, THE_PAGE, requested

VIDEO_ID = "0b5ce1f0a4b24c0ea1a2c5b0d7e3f411"


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: f"{right.methods} {right.path}")
def test_each_line_of_the_table_is_found_by_its_path(right):
    path = right.path.replace("{video_id}", VIDEO_ID).replace("{", "").replace("}", "")
    for method in right.methods.split():
        assert requested(method, path).right is right


def test_the_video_is_read_from_the_path():
    assert requested("GET", f"/api/videos/{VIDEO_ID}/content").video_id == VIDEO_ID


def test_head_wants_what_get_does():
    assert requested("HEAD", "/api/videos") == requested("GET", "/api/videos")


@pytest.mark.parametrize("path", ["/api/unknown", "/API/videos", "//api/videos", "/internal/videos", "/api/videos/"])
def test_an_address_without_a_right_is_for_administrators(path):
    assert requested("GET", path).right is NOT_LISTED


@pytest.mark.parametrize("path", ["/", "/assets/index.js", "/videos"])
def test_strangers_may_load_the_page(path):
    asked = requested("GET", path)
    assert asked.right is THE_PAGE
    assert asked.is_allowed_to(None)


def test_strangers_may_log_in_and_nothing_else():
    free = {(right.methods, right.path) for right in RIGHTS if right.role is None}
    sessions = {("GET", "/api/session"), ("POST", "/api/session"), ("POST", "/api/session/code")}
    by_provider = {
        ("GET", "/api/session/methods"),
        ("POST", "/api/session/provider"),
        ("POST", "/api/session/provider/answer"),
    }
    assert free == sessions | by_provider | {("GET", "/api/docs")}  # leads to the page, which shows the login


def test_each_message_from_a_viewer_has_a_right():
    assert MESSAGES.keys() == {"subscribe", "unsubscribe", "start", "stop", "frames"}
