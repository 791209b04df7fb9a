"""Fetches videos from addresses of allowed hosts."""

from onwatch_catalog.downloads.fetching import Fetcher, TimeLimits
from onwatch_catalog.downloads.hosts import DownloadHosts
from onwatch_catalog.downloads.registry import DOWNLOAD, Downloads
from onwatch_catalog.downloads.routes import add_downloads

__all__ = ["DOWNLOAD", "DownloadHosts", "Downloads", "Fetcher", "TimeLimits", "add_downloads"]
