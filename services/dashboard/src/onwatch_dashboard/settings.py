"""Settings of the dashboard."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from onwatch_runtime.settings import PublicStoreUrl, ServiceSettings

BUILT_PAGE = Path(__file__).parent / "static"


class DashboardSettings(ServiceSettings, env_prefix="ONWATCH_DASHBOARD_"):
    """`ONWATCH_DASHBOARD_<NAME>` for each field."""

    static_dir: Path = Field(default=BUILT_PAGE, description="the built page; by default the one in the package")
    media_public_url: PublicStoreUrl | None = Field(
        default=None,
        description="object store from which the page may play videos, as of the catalog; at best as "
        "ONWATCH_MEDIA_PUBLIC_URL. Default: none",
    )
