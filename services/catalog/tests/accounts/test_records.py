from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onwatch_catalog.accounts.records import (
    KeyOfUser,
    StoredKey,
    StoredUser,
    hash_of,
    name_key,
    new_secret,
    with_folders,
)
from onwatch_contracts.accounts import KeyKind, Role

NOW = datetime(2026, 5, 1, tzinfo=UTC)
IDLE = timedelta(days=7)
USER = StoredUser("u", "Ada", Role.OPERATOR, "hash", ("a", "b"), is_disabled=False, created_at=NOW)
KEY = StoredKey(
    id="k",
    kind=KeyKind.SESSION,
    secret_hash="new",
    user_id="u",
    created_at=NOW,
    rotated_at=NOW,
    previous_hash="old",
    expires_at=NOW + timedelta(days=30),
)


@pytest.mark.parametrize(
    ("key", "secret_hash", "after", "expected"),
    [
        (KEY, "new", IDLE, True),
        (KEY, "new", IDLE + timedelta(seconds=1), False),
        (replace(KEY, last_used_at=NOW + IDLE), "new", 2 * IDLE, True),
        (replace(KEY, last_used_at=NOW + timedelta(days=29)), "new", timedelta(days=30), False),
        (replace(KEY, kind=KeyKind.TOKEN), "new", timedelta(days=29), True),
        (replace(KEY, kind=KeyKind.TOKEN, expires_at=None), "new", timedelta(days=999), True),
        (KEY, "old", timedelta(0), True),
        (replace(KEY, previous_until=NOW), "old", timedelta(0), False),
        (replace(KEY, previous_until=NOW), "new", timedelta(0), True),
    ],
)
def test_when_a_secret_opens_its_key(key: StoredKey, secret_hash: str, after: timedelta, expected: bool) -> None:
    assert key.accepts(secret_hash, NOW + after, IDLE) is expected


@pytest.mark.parametrize(
    ("of_key", "expected"), [(Role.VIEWER, Role.VIEWER), (Role.ADMINISTRATOR, Role.OPERATOR), (None, Role.OPERATOR)]
)
def test_a_key_gives_no_more_rights_than_its_account_has(of_key: Role | None, expected: Role) -> None:
    identity = KeyOfUser(replace(KEY, role=of_key, video_ids=("b", "c")), USER).identity
    assert identity is not None
    assert (identity.role, identity.video_ids) == (expected, ("b",))


def test_nobody_acts_with_a_key_of_a_disabled_account() -> None:
    assert KeyOfUser(KEY, replace(USER, is_disabled=True)).identity is None


def test_names_without_case() -> None:
    assert name_key("  ADA ") == name_key("ada")


def test_secrets_differ_and_their_hashes_do_not_tell_them() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(secret) >= 43 and secret not in hash_of(secret) for secret in secrets)


FOLDER_OF = {"a": "north", "b": "south", "c": "north"}


@pytest.mark.parametrize(
    ("of_user", "of_key", "expected"),
    [
        ((None, ()), (None, ()), (None, ())),
        (((), ("north",)), (None, ()), ((), ("north",))),
        ((None, ()), (("a",), ("south",)), (("a",), ("south",))),
        (((), ("north", "west")), ((), ("south", "west")), ((), ("west",))),
        (((), ("north",)), (("a", "b"), ()), (("a",), ())),
        ((("a", "b"), ()), ((), ("north",)), (("a",), ())),
        ((("b",), ("north",)), (("b", "c", "x"), ("south",)), (("b", "c"), ())),
        (((), ("north",)), ((), ("south",)), ((), ())),
    ],
)
def test_a_key_sees_what_its_account_sees_too(of_user: Any, of_key: Any, expected: Any) -> None:
    user = replace(USER, video_ids=of_user[0], folder_ids=of_user[1])
    key = replace(KEY, video_ids=of_key[0], folder_ids=of_key[1])
    identity = KeyOfUser(key, user, FOLDER_OF).identity
    assert identity is not None
    assert (identity.video_ids, identity.folder_ids) == expected
    needed = (any(of_user[1]) and any(of_key[0] or ())) or (any(of_key[1]) and any(of_user[0] or ()))
    assert KeyOfUser(key, user).needs_folders is bool(needed)


def test_who_is_given_folders_alone_sees_no_other_videos() -> None:
    assert with_folders(None, ("north",)) == ()
    assert with_folders(None, ()) is None
    assert with_folders(("a",), ("north",)) == ("a",)
