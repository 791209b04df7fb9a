import numpy as np
import pytest

from onwatch_synthetic import VEHICLE_TYPES
from onwatch_synthetic.spec import VehicleType
from onwatch_synthetic.vehicles import make_specimen

LENGTHS_M = {"car": (3.7, 5.0), "truck": (6.0, 9.5), "bus": (9.5, 12.1), "motorcycle": (1.9, 2.3)}


@pytest.mark.parametrize("vehicle_type", VEHICLE_TYPES)
@pytest.mark.parametrize("seed", range(8))
def test_a_specimen_is_as_large_as_it_says_and_stands_on_the_road(vehicle_type: VehicleType, seed: int) -> None:
    specimen = make_specimen(vehicle_type, np.random.default_rng(seed))
    size = np.ptp(specimen.mesh.vertices, axis=0)
    low, high = LENGTHS_M[vehicle_type]
    assert low <= specimen.length_m <= high
    assert size[0] <= specimen.length_m + 0.01
    assert size[1] <= specimen.width_m + 0.05
    assert 0 <= specimen.mesh.vertices[:, 2].min() < 0.06


@pytest.mark.parametrize("vehicle_type", VEHICLE_TYPES)
def test_a_specimen_has_lamps_at_both_ends(vehicle_type: VehicleType) -> None:
    specimen = make_specimen(vehicle_type, np.random.default_rng(5))
    assert {"head", "tail"} <= {face.glow for face in specimen.mesh.faces}
