"""Refusals of accounts, sessions, tokens and links."""

from __future__ import annotations

import math

from onwatch_runtime.http import ProblemError


class LoginRefusal(ProblemError):
    """Base class of refused logins, which the audit log has."""

    who: str | None = None
    """The name, if it is known by more than a claim of the client."""


class LoginRefused(LoginRefusal):
    """The same words for an unknown account and a wrong password: a stranger learns no names."""

    status = 401
    code = "login_refused"
    title = "Login refused"

    def __init__(self) -> None:
        super().__init__("The name or the password is wrong, or the account is disabled.")


class PasswordsOff(LoginRefusal):
    status = 403
    code = "passwords_off"
    title = "No logins with passwords"

    def __init__(self) -> None:
        super().__init__("Logins with passwords are switched off here (ONWATCH_CATALOG_OIDC_ONLY=true).")


class CodeRefused(LoginRefusal):
    status = 401
    code = "code_refused"
    title = "Link refused"

    def __init__(self) -> None:
        super().__init__("The link is unknown, has expired, or was used already; ask for a new one.")


class TooManyGuesses(ProblemError):
    status = 429
    code = "too_many_guesses"
    title = "Too many wrong passwords"

    def __init__(self, wait_s: float) -> None:
        seconds = math.ceil(wait_s)
        super().__init__(f"Too many wrong passwords for this account from this address; try again in {seconds} s.")
        self.headers = {"retry-after": str(seconds)}


class NotLoggedIn(ProblemError):
    """The gateway sent no identity: the request did not come through it."""

    status = 401
    code = "not_logged_in"
    title = "Not logged in"

    def __init__(self) -> None:
        super().__init__("This needs a login.")


class LoginsOff(ProblemError):
    status = 409
    code = "logins_off"
    title = "Logins are off"

    def __init__(self) -> None:
        super().__init__("Logins are switched off (ONWATCH_AUTH=off); accounts cannot be changed meanwhile.")


class UserNotFound(ProblemError):
    status = 404
    code = "user_not_found"
    title = "No such account"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"There is no account {user_id}.")


class UserNameTaken(ProblemError):
    status = 409
    code = "user_name_taken"
    title = "Name taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an account named {name} already.")


class LastAdministrator(ProblemError):
    status = 409
    code = "last_administrator"
    title = "Last administrator"

    def __init__(self) -> None:
        super().__init__(
            "This is the last administrator who can see all videos, beside accounts of a provider; "
            "make another one first."
        )


class WrongPassword(ProblemError):
    status = 403
    code = "wrong_password"
    title = "Wrong password"

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")


class OfAProvider(ProblemError):
    status = 409
    code = "of_a_provider"
    title = "Account of a provider"

    def __init__(self, what: str, name: str, provider: str) -> None:
        super().__init__(f"The account {name} is of {provider}, which keeps its {what}; change it there.")


class KeyNotFound(ProblemError):
    """There is no such token, or no such link."""

    status = 404
    code = "key_not_found"
    title = "No such token or link"

    def __init__(self, kind: str, key_id: str) -> None:
        super().__init__(f"There is no {kind} {key_id}.")
