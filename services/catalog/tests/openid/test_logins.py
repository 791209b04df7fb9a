"""Logins by a provider, as it should be and as somebody would want it to be who has no account."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.util import urlsafe_b64encode

from onwatch_catalog.accounts import AccountStore, LoginRefusal, ProviderBinding, StoredUser, UserNameTaken, users
from onwatch_catalog.openid.errors import AccountDisabled
from onwatch_contracts.accounts import ProviderAnswer, Role, UserPatch

from .conftest import ADMINS, CLIENT_SECRET, PASSWORD, Bench, reason


async def test_a_first_login_adds_an_account_with_the_role_of_its_group(bench: Bench) -> None:
    answer = await bench.log_in()
    assert answer.json() == {
        "is_login_required": True,
        "name": "maria",
        "role": "administrator",
        "kind": "session",
        "video_ids": None,
        "opens": None,
        "provider": "Traffic SSO",
    }
    assert await bench.logged() == [("maria", "log in by Traffic SSO", 200)]
    providers = {user.name: user.provider for user in (await bench.administration.users()).items}
    assert providers == {"admin": None, "maria": "Traffic SSO"}


async def test_the_browser_is_sent_to_the_provider_with_pkce_state_and_nonce(bench: Bench) -> None:
    url = httpx.URL(await bench.begin())
    asked = dict(url.params)
    assert str(url).startswith("https://sso.example/realms/traffic/authorize?tenant=a&")
    assert asked["redirect_uri"] == "http://nvr:8000/login"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["scope"]) == ("onwatch", "openid profile")
    secrets = {asked["state"], asked["nonce"], asked["code_challenge"]}
    again = dict(httpx.URL(await bench.begin()).params)
    assert len(secrets | {again["state"], again["nonce"], again["code_challenge"]}) == 6


async def test_the_cookie_of_a_pending_login_tells_nothing_and_goes_to_no_other_site(bench: Bench) -> None:
    answer = await bench.http.post("/api/session/provider")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=600"))
    assert httpx.URL(answer.json()["url"]).params["state"] not in cookie
    assert httpx.URL(answer.json()["url"]).params["redirect_uri"] == "http://nvr:8000/login"
    forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": "nvr.example"}
    behind_tls = await bench.http.post("/api/session/provider", headers=forwarded)
    assert behind_tls.headers["set-cookie"].startswith("__Host-onwatch-login=")
    assert httpx.URL(behind_tls.json()["url"]).params["redirect_uri"] == "https://nvr.example/login"


async def test_the_client_proves_itself_in_the_way_that_the_provider_takes(bench: Bench) -> None:
    await bench.log_in()
    (request,) = bench.provider.token_requests
    assert request.headers["authorization"].startswith("Basic ")
    assert CLIENT_SECRET not in request.content.decode()


# --- hostile and broken ----------------------------------------------------------------------------


async def test_an_answer_to_a_login_of_somebody_else_is_refused(bench: Bench) -> None:
    """A login CSRF: an attacker has logged in, and has a victim's browser open the address with the answer."""
    of_attacker = bench.provider.authorize(await bench.begin(), "code-of-attacker")
    bench.http.cookies.clear()
    assert "not begun in this browser" in reason(await bench.finish(of_attacker), 401, "login_not_begun")
    await bench.begin()
    reason(await bench.finish(of_attacker), 401, "login_not_begun")
    assert bench.provider.token_requests == []
    assert (await bench.logged())[0] == ("unknown", "log in by Traffic SSO", 401)


async def test_a_stranger_cannot_fill_the_audit_log_with_refused_logins(bench: Bench) -> None:
    for _ in range(30):
        reason(await bench.finish({"state": "made up"}), 401, "login_not_begun")
    written = ("unknown", "log in by Traffic SSO", 401)
    assert await bench.logged() == [written] * 4
    assert (await bench.log_in()).status_code == 200, "who is known is not delayed"
    await bench.clock.advance(30)
    await bench.finish({"state": "made up"})
    left_out = "log in by Traffic SSO (and 26 more refused before, which are not listed)"
    assert (await bench.logged())[0] == ("unknown", left_out, 401)


@pytest.mark.parametrize("cookie", ["", "a.b.c.d.e", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_cookie_that_was_not_sealed_here_is_refused(bench: Bench, cookie: str) -> None:
    answer = bench.provider.authorize(await bench.begin())
    bench.http.cookies = httpx.Cookies({"onwatch-login": cookie})
    reason(await bench.finish(answer), 401, "login_not_begun")


async def test_a_login_that_takes_too_long_has_to_begin_again(bench: Bench) -> None:
    answer = bench.provider.authorize(await bench.begin())
    await bench.clock.advance(599)
    bench.provider.authorize(await bench.begin())
    await bench.clock.advance(601)
    reason(await bench.finish(answer), 401, "login_expired")


async def test_a_code_is_redeemed_once(bench: Bench) -> None:
    answer = bench.provider.authorize(await bench.begin())
    cookies = httpx.Cookies(bench.http.cookies)
    assert (await bench.finish(answer)).status_code == 200
    bench.http.cookies = cookies
    refusal = reason(await bench.finish(answer), 401, "provider_refused")
    assert refusal == "Traffic SSO refused the login: invalid_grant (grant not found)."


async def test_a_stolen_code_is_of_no_use_in_another_login(bench: Bench) -> None:
    """PKCE: the verifier is in the cookie of the browser that the code was stolen from."""
    stolen = bench.provider.authorize(await bench.begin())["code"]
    own = bench.provider.authorize(await bench.begin(), "own")
    reason(await bench.finish({**own, "code": stolen}), 401, "provider_refused")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "of another login"}, "`nonce` is not what was expected"),
        ({"nonce": None}, "`nonce` is missing"),
        ({"aud": "another"}, "`aud` is not what was expected"),
        ({"aud": ["onwatch", "another"]}, "another client"),
        ({"azp": "another"}, "another client"),
        ({"iss": "https://other.example"}, "`iss` is not what was expected"),
        ({"exp": 1_767_225_600 - 61}, "expired"),
        ({"iat": 1_767_225_600 + 61}, "`iat` is in the future"),
        ({"sub": ""}, "`sub`"),
        ({"sub": None}, "`sub` is missing"),
        ({"sub": 7}, "`sub`"),
        ({"sub": "x" * 256}, "`sub`"),
    ],
)
async def test_an_id_token_of_another_login_client_issuer_or_time_is_refused(
    bench: Bench, claims: dict[str, object], why: str
) -> None:
    assert why in await bench.refused(401, "id_token_refused", **claims)


@pytest.mark.parametrize("claims", [{"exp": 1_767_225_600 - 30}, {"iat": 1_767_225_600 + 30}, {"aud": ["onwatch"]}])
async def test_clocks_may_differ_by_half_a_minute(bench: Bench, claims: dict[str, object]) -> None:
    assert (await bench.log_in(**claims)).status_code == 200


def part_of(claims: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(claims).encode()).decode()


async def test_an_unsigned_id_token_is_refused(bench: Bench) -> None:
    bench.provider.sign = lambda claims: f"{part_of({'alg': 'none'})}.{part_of(claims)}."
    assert "public key" in await bench.refused(401, "id_token_refused")


async def test_an_id_token_signed_with_what_the_client_knows_is_refused(bench: Bench) -> None:
    """By HS256 with the client's secret."""
    key, header = OctKey.import_key(CLIENT_SECRET), {"alg": "HS256", "kid": bench.provider.signs_with.kid}
    bench.provider.sign = lambda claims: jwt.encode(header, claims, key)
    assert "public key" in await bench.refused(401, "id_token_refused")


async def test_an_id_token_of_an_unknown_key_is_refused(bench: Bench) -> None:
    bench.provider.signs_with = ECKey.generate_key("P-256", auto_kid=True)
    assert "does not publish the key" in await bench.refused(401, "id_token_refused")


async def test_an_id_token_that_names_a_key_which_did_not_sign_it_is_refused(bench: Bench) -> None:
    header = {"alg": "ES256", "kid": bench.provider.signs_with.kid}
    other = ECKey.generate_key("P-256")
    bench.provider.sign = lambda claims: jwt.encode(header, claims, other)
    assert "signature is wrong" in await bench.refused(401, "id_token_refused")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "e30.e30."])
async def test_what_is_no_token_is_refused(bench: Bench, token: str) -> None:
    bench.provider.sign = lambda _: token
    await bench.refused(401, "id_token_refused")


async def test_a_provider_may_replace_its_keys_at_any_time(bench: Bench) -> None:
    assert (await bench.log_in()).status_code == 200
    bench.provider.rotate()
    assert (await bench.log_in()).status_code == 200


async def test_what_the_provider_refuses_is_said(bench: Bench) -> None:
    state = bench.provider.authorize(await bench.begin())["state"]
    refused = {"state": state, "error": "access_denied", "error_description": "No permission\n"}
    assert reason(await bench.finish(refused), 401, "provider_refused").endswith("access_denied (No permission).")
    assert "no code" in reason(await bench.finish({"state": state}), 401, "provider_refused")
    of_another = {"state": state, "code": "x", "iss": "https://other.example"}
    assert "another issuer" in reason(await bench.finish(of_another), 401, "provider_refused")


async def test_a_provider_that_is_away_is_said_and_logged_in_later(bench: Bench) -> None:
    bench.provider.is_away = True
    answer = await bench.http.post("/api/session/provider")
    assert "Traffic SSO cannot be reached" in reason(answer, 503, "provider_unavailable")
    bench.provider.is_away = False
    pending = bench.provider.authorize(await bench.begin())
    bench.provider.is_away = True
    reason(await bench.finish(pending), 503, "provider_unavailable")
    bench.provider.is_away = False
    assert (await bench.finish(pending)).status_code == 200


# --- accounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["admin", "Admin ", "ADMIN"])
async def test_a_user_of_the_provider_with_the_name_of_an_account_gets_nothing_of_it(bench: Bench, name: str) -> None:
    await bench.refused(409, "name_of_another", preferred_username=name)
    assert [user.name for user in (await bench.administration.users()).items] == ["admin"]
    assert (await bench.logged())[0] == (name.strip(), "log in by Traffic SSO", 409)


async def test_an_account_is_found_by_its_subject_and_follows_its_name(bench: Bench) -> None:
    await bench.log_in()
    assert (await bench.log_in(preferred_username="maria.k")).json()["name"] == "maria.k"
    assert (await bench.log_in(preferred_username="admin")).json()["name"] == "maria.k", "that name is taken"
    assert (await bench.log_in(preferred_username=None)).json()["name"] == "maria.k"
    await bench.refused(409, "name_of_another", sub="4712", preferred_username="maria.k")
    assert len((await bench.administration.users()).items) == 2


async def test_a_role_follows_the_groups_at_each_login(bench: Bench) -> None:
    opened = await bench.logins.finish(*await pending(bench))
    assert opened.identity.role is Role.ADMINISTRATOR
    assert (await bench.log_in(groups=["guests"])).json()["role"] == "viewer"
    (now,) = await bench.logins.sessions.current([opened.identity.key_id or ""])
    assert now is not None
    assert now.role is Role.VIEWER, "of sessions that were open, too"


async def test_who_is_in_no_group_any_more_is_out(bench: Bench) -> None:
    await bench.log_in()
    user_id = next(user.id for user in (await bench.administration.users()).items if user.name == "maria")
    assert "has no role" in await bench.refused(403, "no_role", groups=["others"])
    user = await bench.store.find_user(user_id)
    assert user is not None
    assert user.role is Role.VIEWER, "of its tokens"
    assert (await bench.logged())[0] == ("maria", "log in by Traffic SSO", 403)
    assert (await bench.log_in()).json()["role"] == "administrator"


async def test_sessions_of_who_is_in_no_group_any_more_end(bench: Bench) -> None:
    opened = await bench.logins.finish(*await pending(bench))
    key_id = opened.identity.key_id
    assert key_id is not None
    assert (await bench.logins.sessions.current([key_id]))[0] is not None
    await bench.refused(403, "no_role", groups=[])
    assert await bench.logins.sessions.current([key_id]) == (None,)


async def pending(bench: Bench) -> tuple[ProviderAnswer, str]:
    url, cookie = await bench.logins.begin("http://nvr:8000/login")
    return ProviderAnswer.model_validate(bench.provider.authorize(url)), cookie


async def test_a_first_login_without_a_group_or_a_name_adds_nothing(bench: Bench) -> None:
    await bench.refused(403, "no_role", groups=None)
    await bench.refused(403, "no_name", preferred_username=None)
    await bench.refused(403, "no_name", preferred_username="x" * 65)
    assert len((await bench.administration.users()).items) == 1


async def test_an_account_that_is_disabled_here_stays_so(bench: Bench) -> None:
    await bench.log_in()
    user_id = next(user.id for user in (await bench.administration.users()).items if user.name == "maria")
    await bench.administration.change_user(user_id, UserPatch(is_disabled=True), None)
    assert "is disabled" in await bench.refused(403, "account_disabled")


class DisabledMeanwhile(AccountStore):
    """An administrator disables the account while it logs in, between its being found and its being changed."""

    async def find_user_of(self, binding: ProviderBinding) -> StoredUser | None:
        found = await super().find_user_of(binding)
        if found is not None:
            async with self._engine.begin() as connection:
                await connection.execute(sa.update(users).where(users.c.id == found.id).values(is_disabled=True))
        return found


async def test_an_account_that_is_disabled_while_it_logs_in_stays_so(bench: Bench) -> None:
    await bench.log_in()
    logins = replace(bench.logins, store=DisabledMeanwhile(bench.store._engine))
    with pytest.raises(AccountDisabled):
        await logins.finish(*await pending(bench))
    disabled = {user.name: user.is_disabled for user in (await bench.administration.users()).items}
    assert disabled == {"admin": False, "maria": True}


async def test_claims_that_the_id_token_lacks_are_asked_for(bench: Bench) -> None:
    bench.provider.user_info = {"sub": "4711", "preferred_username": "maria", "groups": [ADMINS], "iss": "x"}
    answer = await bench.log_in(preferred_username=None, groups=None)
    assert (answer.json()["name"], answer.json()["role"]) == ("maria", "administrator")
    await bench.log_in()
    assert bench.provider.asked.count("/realms/traffic/me") == 1, "not if they are there"


async def test_claims_of_somebody_else_are_refused(bench: Bench) -> None:
    bench.provider.user_info = {"sub": "1", "preferred_username": "admin", "groups": [ADMINS]}
    assert "somebody else" in await bench.refused(502, "unusable_provider", groups=None)


async def test_an_account_of_the_provider_is_no_reason_to_remove_the_last_one_with_a_password(bench: Bench) -> None:
    await bench.log_in()
    (admin,) = [user for user in (await bench.administration.users()).items if user.provider is None]
    for change in (UserPatch(is_disabled=True), UserPatch(role=Role.VIEWER)):
        with pytest.raises(Exception, match="last administrator"):
            await bench.administration.change_user(admin.id, change, None)
    found = await bench.store.first_administrator()
    assert found is not None
    assert found.name == "admin", "and a one-time link is of it"


async def test_what_the_provider_keeps_is_not_changed_here(bench: Bench) -> None:
    await bench.log_in()
    user_id = next(user.id for user in (await bench.administration.users()).items if user.name == "maria")
    for change in (UserPatch(password=PASSWORD), UserPatch(role=Role.VIEWER)):
        with pytest.raises(Exception, match="is of Traffic SSO"):
            await bench.administration.change_user(user_id, change, None)
    limited = await bench.administration.change_user(user_id, UserPatch(video_ids=("v1",)), None)
    assert (limited.video_ids, limited.provider) == (("v1",), "Traffic SSO")
    assert (await bench.log_in()).json()["video_ids"] == ["v1"], "it outlives logins"


async def test_nobody_logs_in_to_an_account_of_the_provider_with_a_password(bench: Bench) -> None:
    opened = await bench.logins.finish(*await pending(bench))
    with pytest.raises(LoginRefusal):
        await bench.logins.sessions.log_in("maria", "", "10.0.0.1")
    with pytest.raises(Exception, match="is of Traffic SSO"):
        await bench.logins.sessions.change_password(opened.identity, None, PASSWORD, "10.0.0.1")


async def test_one_subject_has_one_account(bench: Bench) -> None:
    """Of two first logins at the same time, one is refused, and logs in with its next try."""
    await bench.log_in()
    with pytest.raises(UserNameTaken):
        await bench.add_local("Maria")
    await bench.log_in(preferred_username="maria2")
    names = [user.name for user in (await bench.administration.users()).items]
    assert names == ["admin", "maria2"]
