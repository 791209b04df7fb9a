from pathlib import Path

import pytest
from starlette.datastructures import Headers

from onwatch_dashboard.errors import NoSuchFile, NotAPage, PageNotBuilt
from onwatch_dashboard.page import IMMUTABLE, REVALIDATE, Page

NO_HEADERS = Headers()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<title>Onwatch</title>")
    (built / "favicon.svg").write_text("<svg/>")
    (built / "assets" / "index-abc123.js").write_text("let page;")
    (tmp_path / "secret.txt").write_text("secret")
    return built


@pytest.mark.parametrize(
    ("path", "cache_control"),
    [("", REVALIDATE), ("index.html", REVALIDATE), ("favicon.svg", REVALIDATE), ("videos/a-1", REVALIDATE)],
)
def test_files_that_may_change_are_revalidated(folder: Path, path: str, cache_control: str) -> None:
    response = Page(folder).respond(path, NO_HEADERS)

    assert response.status_code == 200
    assert response.headers["cache-control"] == cache_control


def test_a_file_with_a_hash_in_its_name_is_immutable(folder: Path) -> None:
    response = Page(folder).respond("assets/index-abc123.js", NO_HEADERS)

    assert response.headers["cache-control"] == IMMUTABLE
    assert response.headers["content-type"].startswith("text/javascript")


def test_a_cached_file_is_not_modified(folder: Path) -> None:
    page = Page(folder)
    etag = page.respond("", NO_HEADERS).headers["etag"]

    again = page.respond("", Headers({"if-none-match": f'"other", W/{etag}'}))

    assert again.status_code == 304
    assert again.headers["cache-control"] == REVALIDATE


BROTLI = Headers({"accept-encoding": "gzip, deflate, br"})


def test_a_compressed_copy_is_sent_to_a_browser_that_reads_it(folder: Path) -> None:
    (folder / "assets" / "index-abc123.js.br").write_bytes(b"packed")

    response = Page(folder).respond("assets/index-abc123.js", BROTLI)

    assert response.headers["content-encoding"] == "br"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["content-length"] == "6"
    assert response.headers["cache-control"] == IMMUTABLE
    assert response.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "gzip, deflate", "brotli", "gzip, br;q=0"])
def test_another_browser_gets_the_file_itself(folder: Path, accepted: str) -> None:
    (folder / "assets" / "index-abc123.js.br").write_bytes(b"packed")

    response = Page(folder).respond("assets/index-abc123.js", Headers({"accept-encoding": accepted}))

    assert "content-encoding" not in response.headers
    assert response.headers["content-length"] == "9"


def test_a_file_without_a_compressed_copy_is_sent_as_it_is(folder: Path) -> None:
    response = Page(folder).respond("favicon.svg", BROTLI)

    assert "content-encoding" not in response.headers
    assert response.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("path", ["assets/index-old.js", "assets/", "robots.txt", "videos/missing.png"])
def test_a_missing_file_is_not_replaced_by_the_index(folder: Path, path: str) -> None:
    with pytest.raises(NoSuchFile):
        Page(folder).respond(path, NO_HEADERS)


@pytest.mark.parametrize(
    "path", ["../secret.txt", "assets/../../secret.txt", "/etc/passwd.txt", "a\0b.js", "x" * 5000 + ".js"]
)
def test_files_outside_of_the_folder_are_not_served(folder: Path, path: str) -> None:
    with pytest.raises(NoSuchFile):
        Page(folder).respond(path, NO_HEADERS)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")

    with pytest.raises(NoSuchFile):
        Page(folder).respond("link.txt", NO_HEADERS)


@pytest.mark.parametrize("path", ["api/videos", "api", "ws"])
def test_paths_of_other_services_are_not_pages(folder: Path, path: str) -> None:
    with pytest.raises(NotAPage):
        Page(folder).respond(path, NO_HEADERS)


async def test_the_error_of_a_missing_page_explains_how_to_build_it(tmp_path: Path) -> None:
    page = Page(tmp_path)

    with pytest.raises(PageNotBuilt, match="npm ci && npm run build"):
        page.respond("", NO_HEADERS)
    with pytest.raises(PageNotBuilt):
        await page.built()


def test_a_page_built_later_is_served_without_a_restart(tmp_path: Path) -> None:
    page = Page(tmp_path / "static")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "index.html").write_text("<title>Onwatch</title>")

    assert page.respond("", NO_HEADERS).status_code == 200
