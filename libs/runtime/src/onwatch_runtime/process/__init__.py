"""Runs services as processes: entry point, start and stop, signals, background loops."""

from onwatch_runtime.process.entry_point import main, main_without_bus
from onwatch_runtime.process.loops import STOP_LIMIT_S, Loop, WakeUp, looping
from onwatch_runtime.process.metrics import add_process_metrics
from onwatch_runtime.process.service import Service, combined_ops_app, running
from onwatch_runtime.process.signals import serve_until_signalled

__all__ = [
    "STOP_LIMIT_S",
    "Loop",
    "Service",
    "WakeUp",
    "add_process_metrics",
    "combined_ops_app",
    "looping",
    "main",
    "main_without_bus",
    "running",
    "serve_until_signalled",
]
