"""Who may log in, and with what: accounts, sessions, tokens, shared links and the audit log."""

from onwatch_catalog.accounts.administration import ADMINISTRATOR, Administration, login_code, login_path
from onwatch_catalog.accounts.cookies import is_behind_tls, opened_session
from onwatch_catalog.accounts.errors import LoginRefusal, UserNameTaken
from onwatch_catalog.accounts.first_start import FirstStart
from onwatch_catalog.accounts.guess_limit import GuessLimit
from onwatch_catalog.accounts.login_log import LoginLog
from onwatch_catalog.accounts.passwords import Passwords
from onwatch_catalog.accounts.records import ProviderBinding, StoredUser
from onwatch_catalog.accounts.routes import FromAddress, OptionalSender, add_accounts
from onwatch_catalog.accounts.sessions import Lifetimes, Opened, Sessions
from onwatch_catalog.accounts.store import AccountStore
from onwatch_catalog.accounts.tables import audit, guesses, keys, metadata, shared_keys, users

__all__ = [
    "ADMINISTRATOR",
    "AccountStore",
    "Administration",
    "FirstStart",
    "FromAddress",
    "GuessLimit",
    "Lifetimes",
    "LoginLog",
    "LoginRefusal",
    "Opened",
    "OptionalSender",
    "Passwords",
    "ProviderBinding",
    "Sessions",
    "StoredUser",
    "UserNameTaken",
    "add_accounts",
    "audit",
    "guesses",
    "is_behind_tls",
    "keys",
    "login_code",
    "login_path",
    "metadata",
    "opened_session",
    "shared_keys",
    "users",
]
