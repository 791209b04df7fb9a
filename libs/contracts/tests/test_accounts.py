from __future__ import annotations

import pytest
from pydantic import ValidationError

from onwatch_contracts.accounts import EVERYBODY, Identity, KeyKind, NewUser, Role, UserPatch


def test_roles_are_ordered_from_the_least_rights_to_the_most() -> None:
    assert sorted(Role, key=lambda role: role.rank) == [Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR]


def test_who_is_limited_to_some_videos_sees_no_others() -> None:
    limited = Identity(name="a", role=Role.VIEWER, kind=KeyKind.SESSION, video_ids=("v1",))
    assert (limited.may_see("v1"), limited.may_see("v2")) == (True, False)
    assert EVERYBODY.may_see("v2")


def test_a_patch_may_lift_the_limit_of_videos_and_null_nothing_else() -> None:
    assert UserPatch(video_ids=None).model_fields_set == {"video_ids"}
    with pytest.raises(ValidationError, match="role may be left out, but not null"):
        UserPatch(role=None)


def test_a_name_loses_its_outer_spaces_and_is_no_longer_with_them_than_described() -> None:
    assert NewUser(name=" ada ", password="correct horse").name == "ada"
    with pytest.raises(ValidationError, match="at most 64 characters"):
        NewUser(name=" " + 64 * "a", password="correct horse")


@pytest.mark.parametrize("fields", [{"password": "short"}, {"name": "  "}, {"video_ids": ["../etc"]}, {"role": "root"}])
def test_an_invalid_account_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NewUser.model_validate({"name": "ada", "password": "correct horse", **fields})
