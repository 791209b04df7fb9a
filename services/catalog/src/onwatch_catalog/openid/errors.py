"""Refusals of logins by the provider."""

from __future__ import annotations

from onwatch_catalog.accounts import LoginRefusal
from onwatch_runtime.http import ProblemError


class NoProvider(ProblemError):
    status = 404
    code = "no_provider"
    title = "No provider"

    def __init__(self) -> None:
        super().__init__("There is no OpenID Connect provider here; ONWATCH_CATALOG_OIDC_ISSUER names one.")


class ProviderUnavailable(ProblemError):
    """It cannot be reached, does not answer in time, or fails."""

    status = 503
    code = "provider_unavailable"
    title = "Provider unavailable"

    def __init__(self, provider: str) -> None:
        super().__init__(f"{provider} cannot be reached at the moment; try again later.")
        self.headers = {"retry-after": "5"}


class UnusableProvider(ProblemError):
    """Its answer is not one of OpenID Connect, or the settings do not fit to it."""

    status = 502
    code = "unusable_provider"
    title = "Unusable answer of the provider"

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(f"The answer of {provider} cannot be used: {why}.")


class LoginNotBegun(LoginRefusal):
    status = 401
    code = "login_not_begun"
    title = "Login not begun here"

    def __init__(self) -> None:
        super().__init__("This login was not begun in this browser, or at another address of Onwatch; log in again.")


class LoginExpired(LoginRefusal):
    status = 401
    code = "login_expired"
    title = "Login expired"

    def __init__(self) -> None:
        super().__init__("The login took too long; log in again.")


class ProviderRefused(LoginRefusal):
    status = 401
    code = "provider_refused"
    title = "Refused by the provider"

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(f"{provider} refused the login: {why}.")


class IdTokenRefused(LoginRefusal):
    status = 401
    code = "id_token_refused"
    title = "ID token refused"

    def __init__(self, why: str) -> None:
        super().__init__(f"The provider's ID token is not accepted: {why}.")


class NoName(LoginRefusal):
    status = 403
    code = "no_name"
    title = "No name"

    def __init__(self, claim: str) -> None:
        super().__init__(
            f"The provider has sent no name of 1 to 64 characters in the claim `{claim}`, which is the name of the "
            "account here (ONWATCH_CATALOG_OIDC_NAME_CLAIM)."
        )


class NoRole(LoginRefusal):
    status = 403
    code = "no_role"
    title = "No role"

    def __init__(self, who: str, claim: str) -> None:
        super().__init__(
            f"{who} has no role here: nothing in the provider's claim `{claim}` gives one. Ask an administrator."
        )
        self.who = who


class NoAccount(LoginRefusal):
    status = 403
    code = "no_account"
    title = "No account"

    def __init__(self, who: str) -> None:
        super().__init__(f"{who} has no account here, and none is added at a first login. Ask an administrator.")
        self.who = who


class NameOfAnother(LoginRefusal):
    """The account of that name might be of somebody else: it is not taken over."""

    status = 409
    code = "name_of_another"
    title = "Name of another account"

    def __init__(self, who: str) -> None:
        super().__init__(
            f"The provider calls you {who}, and another account here has that name. An administrator can delete that "
            "account; until then its owner logs in as before."
        )
        self.who = who


class AccountDisabled(LoginRefusal):
    status = 403
    code = "account_disabled"
    title = "Account disabled"

    def __init__(self, who: str) -> None:
        super().__init__(f"The account {who} is disabled here. Ask an administrator.")
        self.who = who
