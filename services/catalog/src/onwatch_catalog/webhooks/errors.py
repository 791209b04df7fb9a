"""Refusals of webhooks."""

from __future__ import annotations

from onwatch_runtime.http import ProblemError


class WebhookNotFound(ProblemError):
    status = 404
    code = "webhook_not_found"
    title = "No such webhook"

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"There is no webhook {webhook_id}.")


class DeliveryNotFound(ProblemError):
    """There never was such a delivery, or it was deleted for its age."""

    status = 404
    code = "delivery_not_found"
    title = "No such delivery"

    def __init__(self, webhook_id: str, delivery_id: str) -> None:
        super().__init__(f"The webhook {webhook_id} has no delivery {delivery_id}.")


class InvalidWebhookUrl(ProblemError):
    """Nothing can be, or nothing may be sent to this address."""

    status = 422
    code = "invalid_webhook_url"
    title = "Invalid address of a webhook"

    def __init__(self, why: str) -> None:
        super().__init__(f"The webhook cannot have this address: {why}.")


class WebhookIsDisabled(ProblemError):
    status = 409
    code = "webhook_disabled"
    title = "The webhook is disabled"

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"The webhook {webhook_id} is disabled: enable it first.")


class TooManyWebhooks(ProblemError):
    status = 409
    code = "too_many_webhooks"
    title = "Too many webhooks"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} webhooks, the most that there may be. Delete another one first.")
