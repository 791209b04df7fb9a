from __future__ import annotations

from onwatch_runtime.overview.samples import Sample, Samples

ONE = Samples([Sample("slots", {}, 2.0), Sample("requests", {"status": "200"}, 5.0)])
OTHER = Samples([Sample("slots", {}, 4.0), Sample("requests", {"status": "500"}, 1.0)])


def test_sums_are_over_processes_and_labels() -> None:
    both = Samples.of([ONE, OTHER])
    assert both.total("slots") == 6
    assert both.total("requests") == 6
    assert (both.lowest("slots"), both.highest("slots")) == (2, 4)
    assert [sample.value for sample in both.named("slots")] == [2, 4]


def test_what_nobody_has_is_unknown_and_not_zero() -> None:
    assert ONE.total("viewers") is None
    assert ONE.highest("viewers") is None
    assert Samples().lowest("slots") is None
