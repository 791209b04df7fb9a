from prometheus_client import CollectorRegistry, Counter, generate_latest

from onwatch_runtime.http.metrics import RegistryCollector


def test_the_metrics_of_a_registry_appear_in_another():
    inner, outer = CollectorRegistry(), CollectorRegistry()
    outer.register(RegistryCollector(inner))
    Counter("frames", "Frames.", registry=inner).inc(3)
    assert b"frames_total 3.0" in generate_latest(outer)
