"""Robust lines through positions."""

from __future__ import annotations

import numpy as np
import pytest

from onwatch_counting.speed import Window, fit_windows


def window(times_s: np.ndarray, noise: np.ndarray, jitter_m: float = 0.01, speed: float = 10.0) -> Window:
    return Window(times_s, speed * times_s + noise, np.zeros(len(times_s)), np.full(len(times_s), jitter_m))


def test_an_exact_line_has_its_speed_and_the_error_of_the_jitter() -> None:
    [fit] = fit_windows([window(np.arange(0, 1.5, 0.04), np.zeros(38))])
    assert fit.metres_per_s == pytest.approx(10.0)
    assert 0 < fit.error < 0.02


def test_wrong_boxes_do_not_change_the_speed() -> None:
    times = np.arange(0, 1.5, 0.04)
    noise = np.zeros(38)
    noise[[3, 20, 36]] = 8.0, -5.0, 12.0
    [fit] = fit_windows([window(times, noise)])
    assert fit.metres_per_s == pytest.approx(10.0, rel=1e-3)


def test_the_true_speed_is_within_the_error_in_95_of_100_cases() -> None:
    random = np.random.default_rng(1)
    for pictures in (6, 12, 40):
        times = np.linspace(0, 1.5, pictures)
        fits = fit_windows([window(times, random.normal(0, 0.1, pictures)) for _ in range(1000)])
        inside = sum(abs(fit.metres_per_s - 10) <= fit.error for fit in fits)
        assert 920 <= inside <= 990, pictures


def test_windows_fitted_together_are_as_fitted_alone() -> None:
    random = np.random.default_rng(2)
    windows = [window(np.arange(n) / 10, random.normal(0, 0.05, n)) for n in range(3, 60)]
    assert fit_windows(windows) == [fit_windows([one])[0] for one in windows]
    assert fit_windows([]) == []
