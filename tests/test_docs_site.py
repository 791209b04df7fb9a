"""The documentation site: what its script checks and rewrites, without the generator, which `make check` runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "scripts/docs-site"))


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("site") / "pages"
    SCRIPT["stage"](folder)
    return folder


def test_every_page_is_in_the_navigation_once() -> None:
    assert SCRIPT["navigation_errors"]() == []


def test_a_page_that_the_navigation_lacks_is_named() -> None:
    assert list(SCRIPT["navigation"]([{"A": "a.md"}, {"More": [{"B": "b.md"}, "c.md"]}])) == ["a.md", "b.md", "c.md"]


def test_every_link_of_the_site_leads_to_a_file(staged: Path) -> None:
    pages = [*staged.rglob("*.md")]
    assert len(pages) > 80
    missing = [
        f"{page.relative_to(staged)}: {found[2]}"
        for page in pages
        for found in SCRIPT["LINK"].finditer(page.read_text(encoding="utf-8"))
        if not (page.parent / found[2]).exists()
    ]
    assert missing == []


def test_files_outside_of_the_documents_are_there_as_text(staged: Path) -> None:
    copied = staged / "files/examples/count_folder.py.txt"
    assert copied.read_text(encoding="utf-8") == (ROOT / "examples/count_folder.py").read_text(encoding="utf-8")
    assert "](files/examples/count_folder.py.txt)" in (staged / "integration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("docs/deploy.md", "security.md#tls", "security.md#tls"),
        ("docs/decisions/0001-a.md", "../deploy.md", "../deploy.md"),
        ("docs/settings.md", "../.env.example", "files/env.example.txt"),
        ("docs/decisions/0001-a.md", "../../examples/a.py", "../files/examples/a.py.txt"),
        ("CONTRIBUTING.md", "docs/architecture.md", "architecture.md"),
        ("docs/upgrade.md", "../CHANGELOG.md", "changelog.md"),
        ("docs/a.md", "https://a.example/b.md", "https://a.example/b.md"),
        ("docs/a.md", "#here", "#here"),
    ],
)
def test_links_lead_to_the_same_thing_in_the_site(page: str, link: str, expected: str) -> None:
    assert SCRIPT["rewritten"](page, f"see [it]({link}).") == f"see [it]({expected})."


def test_a_diagram_that_needs_a_script_becomes_a_picture(staged: Path) -> None:
    assert "```mermaid" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    contributing = (staged / "contributing.md").read_text(encoding="utf-8")
    assert "mermaid" not in contributing
    assert "](pictures/architecture.svg)" in contributing


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ('<script src="https://cdn.example/a.js"></script>', "page.html loads https://cdn.example/a.js"),
        ('<link rel="stylesheet" href="//fonts.example/css">', "page.html loads //fonts.example/css"),
        ('<img src="http://pictures.example/a.png">', "page.html loads http://pictures.example/a.png"),
        ('<pre class="mermaid">a</pre>', "page.html loads a diagram, whose script is on another host"),
        ('<a href="gone.html#part">x</a>', "page.html refers to gone.html#part, which does not exist"),
        ('<img src="gone.png">', "page.html refers to gone.png, which does not exist"),
    ],
)
def test_what_a_page_loads_from_elsewhere_or_lacks_is_named(tmp_path: Path, html: str, error: str) -> None:
    assert SCRIPT["page_errors"](tmp_path / "page.html", html) == [error]


def test_a_page_may_link_to_another_host_and_load_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "a b.png").touch()
    html = '<a href="https://a.example/">x</a><img src="a%20b.png"><link rel="canonical" href="https://a.example/">'
    assert SCRIPT["page_errors"](tmp_path / "page.html", html) == []


def test_what_a_style_sheet_loads_from_elsewhere_is_named(tmp_path: Path) -> None:
    text = (
        '@import "https://fonts.example/css"; a { background: url(//b.example/c.png) } b { background: url("d.svg") }'
    )
    found = SCRIPT["style_errors"](tmp_path / "site.css", text)
    assert found == ["site.css loads https://fonts.example/css", "site.css loads //b.example/c.png"]


def test_fonts_are_those_of_the_system() -> None:
    assert re.search(r"^font = false", (ROOT / "docs/zensical.toml").read_text(encoding="utf-8"), re.MULTILINE)
