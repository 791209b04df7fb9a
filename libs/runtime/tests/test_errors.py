import pytest

from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.errors import ServiceUnavailable, Unavailable


@pytest.mark.parametrize("error", [BusUnavailable, ServiceUnavailable])
def test_every_unreachable_server_is_unavailable(error: type[Exception]):
    assert issubclass(error, Unavailable)
