"""`onwatch doctor`: finds what belongs to nothing in every store, and repairs it on request."""

from onwatch.doctor.command import DoctorOptions, ExitCode, run_doctor
from onwatch.doctor.stores import locate_stores

__all__ = ["DoctorOptions", "ExitCode", "locate_stores", "run_doctor"]
