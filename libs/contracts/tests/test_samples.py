import inspect
from collections.abc import Iterable
from types import ModuleType

import pytest

from onwatch_contracts import channel, http, messages, samples
from onwatch_contracts.values import Value

PARTS = {channel.FrameBox}  # part of another sample


def shapes_in(module: ModuleType) -> set[type[Value]]:
    """The shapes that a module defines itself."""
    classes = (cls for _, cls in inspect.getmembers(module, inspect.isclass) if issubclass(cls, Value))
    return {cls for cls in classes if cls.__module__ == module.__name__}


def types_of(sampled: Iterable[Value]) -> list[type[Value]]:
    return [type(sample) for sample in sampled]


def test_every_message_has_one_sample_in_the_order_of_the_messages():
    assert types_of(samples.MESSAGES) == list(messages.MESSAGES)


@pytest.mark.parametrize(
    ("module", "sampled"), [(channel, samples.CHANNEL), (http, samples.HTTP)], ids=["channel", "http"]
)
def test_every_shape_has_one_sample(module: ModuleType, sampled: tuple[Value, ...]):
    assert set(types_of(sampled)) == shapes_in(module) - PARTS
    assert len(sampled) == len(set(types_of(sampled)))


@pytest.mark.parametrize("totals", [samples.TOTALS, samples.RUN], ids=lambda totals: type(totals).__name__)
def test_the_totals_of_a_sample_are_consistent(totals: samples.Totals):
    assert 0 <= totals.current_vehicles_count <= totals.total_vehicles_count <= totals.visits_count
    assert sum(totals.vehicle_type.values()) == totals.total_vehicles_count
    dwell = totals.vehicle_dwell_time
    assert dwell.mean_s * dwell.visits == pytest.approx(dwell.total_s)
    assert dwell.mean_s <= dwell.max_s
