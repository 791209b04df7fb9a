"""`python -m onwatch_detector`: runs the service as its own process."""

from onwatch_detector.service import build
from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.process import main

if __name__ == "__main__":
    main("detector", DetectorSettings, lambda settings, bus: build(settings, bus=bus))
