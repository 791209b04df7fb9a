"""The dashboard: the browser page, and the small service that hands it out."""
