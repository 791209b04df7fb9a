from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = settings(max_examples=20)


def test_properties_have_no_deadline_and_the_same_examples_in_every_run() -> None:
    seen: list[int] = []

    @EXAMPLES
    @given(st.integers())
    def look(number: int) -> None:
        seen.append(number)

    look()
    look()
    half = len(seen) // 2
    assert seen[:half] == seen[half:]
    assert settings().deadline is None
