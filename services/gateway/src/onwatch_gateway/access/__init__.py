"""Who may what: recognises who sends each request and message, and refuses what is not allowed."""

from onwatch_gateway.access.audit import AuditReporter
from onwatch_gateway.access.errors import ACCESS_ERRORS
from onwatch_gateway.access.folders import CatalogFolders, FolderLookup, RecentFolders
from onwatch_gateway.access.guard import Guard, Sender, sender_of
from onwatch_gateway.access.identities import CatalogIdentities, IdentityLookup, RecentIdentities
from onwatch_gateway.access.recent import Recent
from onwatch_gateway.access.rights import MESSAGES, Right, requested
from onwatch_gateway.access.watch import ConnectionWatch

__all__ = [
    "ACCESS_ERRORS",
    "MESSAGES",
    "AuditReporter",
    "CatalogFolders",
    "CatalogIdentities",
    "ConnectionWatch",
    "FolderLookup",
    "Guard",
    "IdentityLookup",
    "Recent",
    "RecentFolders",
    "RecentIdentities",
    "Right",
    "Sender",
    "requested",
    "sender_of",
]
