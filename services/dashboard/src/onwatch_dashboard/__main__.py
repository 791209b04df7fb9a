"""`python -m onwatch_dashboard`: the service as a process of its own."""

from onwatch_dashboard.service import build
from onwatch_dashboard.settings import DashboardSettings
from onwatch_runtime.process.main import main_without_bus

if __name__ == "__main__":
    main_without_bus("dashboard", DashboardSettings, build)
