"""`python -m onwatch_detector`: the service as a process of its own."""

from onwatch_detector.service import build
from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.process.main import main

if __name__ == "__main__":
    main("detector", DetectorSettings, lambda settings, bus: build(settings, bus=bus))
