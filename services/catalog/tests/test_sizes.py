import pytest

from onwatch_catalog.sizes import readable


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (52_428_800, "52.4 MB"), (10**16, "10000.0 TB")],
)
def test_a_size_is_told_in_units_that_are_read(size_bytes: int, text: str) -> None:
    assert readable(size_bytes) == text
