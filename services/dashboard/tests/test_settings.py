from pathlib import Path

from onwatch_dashboard.settings import BUILT_PAGE, DashboardSettings


def test_the_page_in_the_package_is_the_default() -> None:
    assert DashboardSettings.load(environ={}).static_dir == BUILT_PAGE


def test_another_build_can_be_served() -> None:
    settings = DashboardSettings.load(environ={"ONWATCH_DASHBOARD_STATIC_DIR": "/srv/page"})

    assert settings.static_dir == Path("/srv/page")
