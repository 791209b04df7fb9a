"""`python -m onwatch_catalog`: the service as a process of its own."""

from onwatch_catalog.service import build
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.videos.database import migrate
from onwatch_runtime.process.main import main

if __name__ == "__main__":
    main("catalog", CatalogSettings, lambda settings, bus: build(settings, bus=bus), migrate)
