import numpy as np

from onwatch_synthetic import ClipSpec
from onwatch_synthetic.weather import Weather


def grey() -> np.ndarray:
    return np.full((360, 640, 3), 120, dtype=np.uint8)


def weather(**options: object) -> Weather:
    return Weather(ClipSpec(seed=1, **options), np.random.default_rng(1))  # type: ignore[arg-type]  # any option


def test_clean_air_and_a_perfect_sensor_change_nothing() -> None:
    np.testing.assert_array_equal(weather(noise_sigma=0.0).apply(grey(), 3), grey())


def test_noise_has_about_the_asked_for_strength() -> None:
    noisy = weather(noise_sigma=4.0).apply(grey(), 3).astype(float)
    assert 3.0 < noisy.std() < 5.0
    assert abs(noisy.mean() - 120) < 0.5


def test_noise_differs_between_frames_and_repeats_between_runs() -> None:
    air = weather()
    assert (air.apply(grey(), 3) != air.apply(grey(), 4)).any()
    np.testing.assert_array_equal(air.apply(grey(), 3), weather().apply(grey(), 3))


def test_rain_is_brighter_streaks() -> None:
    wet = weather(noise_sigma=0.0, rain=True).apply(grey(), 3)
    assert wet.min() == 120
    assert wet.max() > 140
