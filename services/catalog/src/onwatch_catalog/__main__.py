"""`python -m onwatch_catalog`: runs the service in its own process."""

from onwatch_catalog.records import migrate
from onwatch_catalog.service import build
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.process import main

if __name__ == "__main__":
    main("catalog", CatalogSettings, lambda settings, bus: build(settings, bus=bus), migrate)
