from pathlib import Path

import pytest
from starlette.datastructures import Headers

from onwatch_dashboard.errors import NoSuchFile, NotThePage, PageNotBuilt
from onwatch_dashboard.page import ASK_EACH_TIME, FOR_EVER, Page

NOTHING = Headers()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<title>Onwatch</title>")
    (built / "favicon.svg").write_text("<svg/>")
    (built / "assets" / "index-abc123.js").write_text("let page;")
    (tmp_path / "secret.txt").write_text("not for the outside")
    return built


@pytest.mark.parametrize(
    ("path", "kept"),
    [("", ASK_EACH_TIME), ("index.html", ASK_EACH_TIME), ("favicon.svg", ASK_EACH_TIME), ("videos/a-1", ASK_EACH_TIME)],
)
def test_what_may_change_is_asked_for_each_time(folder: Path, path: str, kept: str) -> None:
    response = Page(folder).answer(path, NOTHING)

    assert response.status_code == 200
    assert response.headers["cache-control"] == kept


def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(folder: Path) -> None:
    response = Page(folder).answer("assets/index-abc123.js", NOTHING)

    assert response.headers["cache-control"] == FOR_EVER
    assert response.headers["content-type"].startswith("text/javascript")


def test_a_browser_that_has_the_file_gets_no_body(folder: Path) -> None:
    page = Page(folder)
    etag = page.answer("", NOTHING).headers["etag"]

    again = page.answer("", Headers({"if-none-match": f'"other", W/{etag}'}))

    assert again.status_code == 304
    assert again.headers["cache-control"] == ASK_EACH_TIME


@pytest.mark.parametrize("path", ["assets/index-old.js", "assets/", "robots.txt", "videos/missing.png"])
def test_a_file_that_is_not_there_is_not_answered_with_the_page(folder: Path, path: str) -> None:
    with pytest.raises(NoSuchFile):
        Page(folder).answer(path, NOTHING)


@pytest.mark.parametrize(
    "path", ["../secret.txt", "assets/../../secret.txt", "/etc/passwd.txt", "a\0b.js", "x" * 5000 + ".js"]
)
def test_nothing_outside_of_the_folder_is_reached(folder: Path, path: str) -> None:
    with pytest.raises(NoSuchFile):
        Page(folder).answer(path, NOTHING)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")

    with pytest.raises(NoSuchFile):
        Page(folder).answer("link.txt", NOTHING)


@pytest.mark.parametrize("path", ["api/videos", "api", "ws"])
def test_the_paths_of_other_services_are_not_the_page(folder: Path, path: str) -> None:
    with pytest.raises(NotThePage):
        Page(folder).answer(path, NOTHING)


async def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    page = Page(tmp_path)

    with pytest.raises(PageNotBuilt, match="npm ci && npm run build"):
        page.answer("", NOTHING)
    with pytest.raises(PageNotBuilt):
        await page.built()


def test_a_page_built_later_is_there_without_a_restart(tmp_path: Path) -> None:
    page = Page(tmp_path / "static")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "index.html").write_text("<title>Onwatch</title>")

    assert page.answer("", NOTHING).status_code == 200
