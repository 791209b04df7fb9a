"""Finds and repairs inconsistencies between the catalog's tables and the media folder."""

from onwatch_catalog.doctor.examination import CatalogDoctor, doctor
from onwatch_catalog.doctor.orphans import is_ours

__all__ = ["CatalogDoctor", "doctor", "is_ours"]
