"""Builds the dashboard from its settings."""

from __future__ import annotations

from contextlib import nullcontext

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware.gzip import GZipMiddleware

from onwatch_dashboard.api import page_routes, secure
from onwatch_dashboard.page import Page
from onwatch_dashboard.settings import DashboardSettings
from onwatch_runtime.http import install_problem_handlers
from onwatch_runtime.process import Service

COMPRESS_FROM_BYTES = 1024


def build(settings: DashboardSettings, *, registry: CollectorRegistry | None = None) -> Service:
    """A service without a message bus and without state. Ready when the page is built."""
    registry = registry or CollectorRegistry()
    page = Page(settings.static_dir)
    checks = {"page": page.built}
    app = FastAPI(title="Onwatch dashboard", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(page_routes(page))
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESS_FROM_BYTES)
    install_problem_handlers(app)
    secure(app, settings.media_public_url)
    return Service("dashboard", app, nullcontext, checks, registry)
