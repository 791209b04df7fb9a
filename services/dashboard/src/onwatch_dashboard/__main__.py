"""Runs the dashboard as a process of its own: `python -m onwatch_dashboard`."""

from onwatch_dashboard.service import build
from onwatch_dashboard.settings import DashboardSettings
from onwatch_runtime.process import main_without_bus

if __name__ == "__main__":
    main_without_bus("dashboard", DashboardSettings, build)
