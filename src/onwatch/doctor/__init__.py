"""`onwatch doctor`: finds what belongs to nothing in every store, and repairs it on request."""

from onwatch.doctor.command import DoctorOptions, ExitCode, run_doctor
from onwatch.doctor.examination import QUEUES
from onwatch.doctor.stores import Stores, locate_stores

__all__ = ["QUEUES", "DoctorOptions", "ExitCode", "Stores", "locate_stores", "run_doctor"]
