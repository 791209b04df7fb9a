"""A module without its test file is not finished."""

from collections.abc import Iterator
from pathlib import Path

import pytest

LIBS = Path(__file__).parents[2]
MEMBERS = ("contracts", "runtime")

TESTED_ELSEWHERE = {
    "runtime/bus.py": "a port without code of its own: its promises are the bus suite, which each adapter's test runs",
    "runtime/testing/bus_suite.py": "itself tests: run by test_memory_bus.py",
}


def modules() -> Iterator[tuple[str, Path]]:
    for member in MEMBERS:
        source = LIBS / member / "src" / f"onwatch_{member}"
        for module in sorted(source.rglob("*.py")):
            if module.name != "__init__.py":
                yield member, module.relative_to(source)


@pytest.mark.parametrize(("member", "module"), tuple(modules()), ids=str)
def test_every_module_has_a_test_file_of_its_name(member: str, module: Path):
    """`testing/clock.py` is tested by `tests/test_testing_clock.py`."""
    test = LIBS / member / "tests" / f"test_{'_'.join(module.with_suffix('').parts)}.py"
    assert f"{member}/{module}" in TESTED_ELSEWHERE or test.is_file(), f"{module} has no {test.relative_to(LIBS)}"


def test_every_exception_is_still_a_module():
    known = {f"{member}/{module}" for member, module in modules()}
    assert set(TESTED_ELSEWHERE) <= known
