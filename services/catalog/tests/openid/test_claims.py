"""What the claims of a provider say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_catalog.openid.claims import ClaimRules, claim_of
from onwatch_contracts.accounts import Role

GROUPS = {
    Role.ADMINISTRATOR: frozenset({"/it", "admins"}),
    Role.OPERATOR: frozenset({"traffic"}),
    Role.VIEWER: frozenset({"traffic", "guests"}),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (["guests"], Role.VIEWER),
        (["traffic"], Role.OPERATOR),
        (["guests", "traffic", "/it"], Role.ADMINISTRATOR),
        ("admins", Role.ADMINISTRATOR),
        (["Admins", "it", "admins "], None),
        ("guests admins", None),
        (["adm", 7, None, {"admins": True}], None),
        ([], None),
        (None, None),
        ({"admins": True}, None),
    ],
)
def test_the_greatest_role_that_a_value_gives_counts(values: Any, role: Role | None) -> None:
    assert ClaimRules(groups=GROUPS).role_of({"groups": values}) is role


def test_without_a_value_there_is_a_default_or_none() -> None:
    assert ClaimRules(groups=GROUPS, default_role=Role.VIEWER).role_of({}) is Role.VIEWER
    assert ClaimRules(groups=GROUPS, default_role=Role.VIEWER).role_of({"groups": "admins"}) is Role.ADMINISTRATOR
    assert ClaimRules(groups=GROUPS).role_of({}) is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("realm_access.roles", ["a"]),
        ("https://example.com/roles", ["b"]),
        ("realm_access", {"roles": ["a"]}),
        ("realm_access.groups", None),
        ("email.roles", None),
        ("none", None),
        ("", None),
        (".", None),
    ],
)
def test_a_claim_is_found_by_its_name_or_inside_of_another(name: str, found: Any) -> None:
    claims = {"realm_access": {"roles": ["a"]}, "https://example.com/roles": ["b"], "email": "a@b.example"}
    assert claim_of(claims, name) == found


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("maria", "maria"),
        (" Åsa K. ", "Åsa K."),
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        ("  ", None),
        ("a\nb", None),
        ("\u202eadmin", None),
        (["maria"], None),
        (None, None),
    ],
)
def test_a_name_is_one_line_that_can_be_read(given_name: Any, name: str | None) -> None:
    assert ClaimRules().name_of({"preferred_username": given_name}) == name


def test_claims_are_complete_with_name_and_roles_where_roles_matter() -> None:
    assert ClaimRules().is_answered_by({"preferred_username": "a"})
    assert not ClaimRules(groups=GROUPS).is_answered_by({"preferred_username": "a"})
    assert ClaimRules(groups=GROUPS).is_answered_by({"preferred_username": "a", "groups": []})


@given(claims=st.dictionaries(st.sampled_from(["groups", "preferred_username", "a"]), JSON), name=st.text(max_size=8))
def test_no_claims_break_anything(claims: dict[str, Any], name: str) -> None:
    rules = ClaimRules(name_claim=name, groups=GROUPS)
    rules.name_of(claims)
    rules.is_answered_by(claims)
    if rules.role_of(claims) is Role.ADMINISTRATOR:
        assert {"/it", "admins"} & set(map(str, [claims["groups"], *claims["groups"]]))
