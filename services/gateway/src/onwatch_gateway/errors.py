"""HTTP errors of the gateway itself, as problem documents."""

from __future__ import annotations

from onwatch_runtime.http import ProblemError
from onwatch_runtime.http import to_response as to_response


class NotPublic(ProblemError):
    """Nothing at this path is public."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class ForeignOrigin(ProblemError):
    """A page of another site requested the channel or a change."""

    status = 403
    code = "origin_refused"
    title = "Origin refused"

    def __init__(self, origin: str | None, host: str | None) -> None:
        super().__init__(
            f"Pages of {(origin or '')[:200]} may neither open the channel of {(host or '')[:200]} nor make changes; "
            "ONWATCH_GATEWAY_ALLOWED_ORIGINS lists the other sites that may."
        )


class TooManyConnections(ProblemError):
    """The gateway has reached its connection limit, or is shutting down."""

    status = 503
    code = "too_many_connections"
    title = "Too many connections"

    def __init__(self) -> None:
        super().__init__("The gateway accepts no more connections at present; try again in a moment.")
        self.headers = {"retry-after": "2"}


class UpstreamUnavailable(ProblemError):
    """An upstream service could not be reached."""

    status = 502
    code = "upstream_unavailable"
    title = "Service unavailable"

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} cannot be reached; try again in a moment.")


class UpstreamTimeout(ProblemError):
    """An upstream service was reached but did not answer in time."""

    status = 504
    code = "upstream_unavailable"
    title = "Service too slow"

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} did not answer in time; try again in a moment.")
