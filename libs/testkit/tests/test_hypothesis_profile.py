from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = settings(max_examples=5)


def test_properties_have_no_deadline_and_the_same_examples_in_every_run() -> None:
    runs: list[list[int]] = [[], []]
    for run in runs:

        @EXAMPLES
        @given(number=st.integers())
        def look(number: int, seen: list[int] = run) -> None:
            seen.append(number)

        look()
    assert runs[0] == runs[1]
    assert settings().deadline is None
