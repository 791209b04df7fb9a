"""`python -m onwatch_aggregator`: the service as a process of its own."""

from onwatch_aggregator.results import migrate
from onwatch_aggregator.service import build
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.process import main

if __name__ == "__main__":
    main("aggregator", AggregatorSettings, lambda settings, bus: build(settings, bus=bus), migrate)
