"""Finds and repairs inconsistencies between the catalog's tables and the media folder."""

from onwatch_catalog.doctor.examination import CatalogDoctor, doctor

__all__ = ["CatalogDoctor", "doctor"]
