"""Folders of videos, and what is put into them."""

from onwatch_catalog.folders.folders import Folders
from onwatch_catalog.folders.parameters import IntoFolder
from onwatch_catalog.folders.routes import add_folders
from onwatch_catalog.folders.store import FolderStore

__all__ = ["FolderStore", "Folders", "IntoFolder", "add_folders"]
