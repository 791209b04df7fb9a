from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from onwatch_catalog.accounts.errors import CodeRefused, LoginRefused, TooManyGuesses, WrongPassword
from onwatch_contracts.accounts import KeyKind, NewLink, NewToken, Role, UserPatch

from .conftest import PASSWORD

DAY_S = 86_400.0


async def test_a_login_opens_a_session_of_the_account(bench: Any) -> None:
    await bench.add("Ada", Role.OPERATOR)

    who = await bench.known(await bench.log_in("ada "))

    assert (who.name, who.role, who.kind, who.video_ids) == ("Ada", Role.OPERATOR, KeyKind.SESSION, None)


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong password"), ("nobody", PASSWORD), ("", "")])
async def test_a_wrong_login_is_refused_in_the_same_words(bench: Any, name: str, password: str) -> None:
    await bench.add("ada")

    with pytest.raises(LoginRefused) as refused:
        await bench.sessions.log_in(name, password, "10.0.0.1")

    assert refused.value.detail == LoginRefused().detail


async def test_guesses_are_delayed_for_their_address_alone(bench: Any) -> None:
    await bench.add("ada")
    for _ in range(4):
        with pytest.raises(LoginRefused):
            await bench.sessions.log_in("ada", "wrong", "10.0.0.9")

    with pytest.raises(TooManyGuesses):
        await bench.sessions.log_in("ada", PASSWORD, "10.0.0.9")

    assert await bench.sessions.log_in("ada", PASSWORD, "10.0.0.1")
    await bench.clock.advance(1.0)
    assert await bench.sessions.log_in("ada", PASSWORD, "10.0.0.9")


async def test_a_token_is_no_session_and_a_session_no_token(bench: Any) -> None:
    await bench.add("ada", Role.ADMINISTRATOR)
    session = await bench.log_in("ada")
    added = await bench.administration.add_token(await bench.known(session), NewToken(name="nightly"))

    assert await bench.who(added.secret, KeyKind.SESSION) is None
    assert await bench.who(session, KeyKind.TOKEN) is None
    assert (await bench.known(added.secret, KeyKind.TOKEN)).role is Role.VIEWER


async def test_a_session_ends_unused_and_at_the_end_of_its_time(bench: Any) -> None:
    await bench.add("ada")
    used, unused = await bench.log_in("ada"), await bench.log_in("ada")

    for _ in range(5):
        await bench.clock.advance(6 * DAY_S - 1)
        assert await bench.who(used)
    assert await bench.who(unused) is None
    await bench.clock.advance(10)

    assert await bench.who(used) is None


async def test_a_cookie_is_replaced_and_the_old_one_ends_soon_after_the_first_use_of_the_new(bench: Any) -> None:
    await bench.add("ada")
    old = await bench.log_in("ada")
    assert await bench.sessions.renewed(old) is None
    await bench.clock.advance(1800)

    new, _ = await bench.sessions.renewed(old)
    await bench.clock.advance(3600)
    assert await bench.who(old), "the new one may not have arrived"
    assert await bench.who(new)
    await bench.clock.advance(59)
    assert await bench.who(old), "requests may be under way"
    await bench.clock.advance(1)

    assert await bench.who(old) is None
    assert await bench.who(new)


async def test_a_new_cookie_that_was_lost_is_replaced_by_another(bench: Any) -> None:
    await bench.add("ada")
    old = await bench.log_in("ada")
    await bench.clock.advance(1800)
    lost, _ = await bench.sessions.renewed(old)

    new, _ = await bench.sessions.renewed(old)

    assert await bench.who(lost) is None
    assert await bench.who(new)
    assert await bench.who(old)


async def test_a_one_time_login_works_once_and_for_an_hour(bench: Any) -> None:
    await bench.add("viewer")
    assert await bench.login_code() is None
    await bench.add("admin", Role.ADMINISTRATOR)
    code, late = await bench.login_code(), await bench.login_code()

    opened = await bench.sessions.enter(code)

    assert (opened.identity.name, opened.opens) == ("admin", None)
    with pytest.raises(CodeRefused):
        await bench.sessions.enter(code)
    await bench.clock.advance(3600)
    with pytest.raises(CodeRefused):
        await bench.sessions.enter(late)


async def test_a_shared_link_opens_one_video_to_read_only_until_it_is_revoked(bench: Any) -> None:
    await bench.add("admin", Role.ADMINISTRATOR)
    admin = await bench.known(await bench.log_in("admin"))
    added = await bench.administration.add_link(admin, NewLink(video_id="v1", moment_s=12.5, expires_in_hours=2))
    code = added.path.partition("#")[2]

    opened = await bench.sessions.enter(code)
    again = await bench.sessions.enter(code)

    assert opened.opens == "/videos/v1?t=12.5"
    assert opened.expires_at - bench.clock.now() == timedelta(hours=2)
    who = await bench.known(again.secret)
    assert (who.role, who.kind, who.video_ids) == (Role.VIEWER, KeyKind.LINK, ("v1",))
    assert "admin" in who.name
    await bench.administration.remove_link(added.link.id, admin)
    assert await bench.who(opened.secret) is None
    assert await bench.who(again.secret) is None


async def test_a_link_of_an_account_that_loses_a_video_shows_it_no_more(bench: Any) -> None:
    await bench.add("admin", Role.ADMINISTRATOR)
    user_id = await bench.add("ada", Role.OPERATOR, ("v1", "v2"))
    ada = await bench.known(await bench.log_in("ada"))
    added = await bench.administration.add_link(ada, NewLink(video_id="v1"))
    opened = await bench.sessions.enter(added.path.partition("#")[2])

    await bench.administration.change_user(user_id, UserPatch(video_ids=("v2",)), None)

    assert (await bench.known(opened.secret)).video_ids == ()


async def test_a_new_password_ends_all_other_sessions(bench: Any) -> None:
    await bench.add("ada", Role.ADMINISTRATOR)
    here, elsewhere = await bench.log_in("ada"), await bench.log_in("ada")
    who = await bench.known(here)
    with pytest.raises(WrongPassword):
        await bench.sessions.change_password(who, "wrong", "another password", "10.0.0.1")

    await bench.sessions.change_password(who, PASSWORD, "another password", "10.0.0.1")

    assert await bench.who(here)
    assert await bench.who(elsewhere) is None
    assert await bench.sessions.log_in("ada", "another password", "10.0.0.1")


async def test_a_forgotten_password_is_set_after_a_one_time_login_and_only_then(bench: Any) -> None:
    await bench.add("admin", Role.ADMINISTRATOR)
    by_code = await bench.known((await bench.sessions.enter(await bench.login_code())).secret)
    by_password = await bench.known(await bench.log_in("admin"))

    with pytest.raises(WrongPassword):
        await bench.sessions.change_password(by_password, None, "another password", "10.0.0.1")
    await bench.sessions.change_password(by_code, None, "another password", "10.0.0.1")

    assert await bench.sessions.log_in("admin", "another password", "10.0.0.1")


async def test_a_disabled_account_has_no_sessions_tokens_or_links(bench: Any) -> None:
    await bench.add("root", Role.ADMINISTRATOR)
    user_id = await bench.add("ada", Role.ADMINISTRATOR)
    session = await bench.log_in("ada")
    who = await bench.known(session)
    token = (await bench.administration.add_token(who, NewToken(name="t"))).secret
    link = (await bench.administration.add_link(who, NewLink(video_id="v1"))).path.partition("#")[2]

    await bench.administration.change_user(user_id, UserPatch(is_disabled=True), None)

    assert await bench.who(session) is None
    assert await bench.who(token, KeyKind.TOKEN) is None
    with pytest.raises(CodeRefused):
        await bench.sessions.enter(link)
    with pytest.raises(LoginRefused):
        await bench.log_in("ada")


async def test_a_session_is_still_known_by_its_id_after_its_cookie_was_replaced(bench: Any) -> None:
    await bench.add("ada")
    secret = await bench.log_in("ada")
    identity = await bench.known(secret)
    await bench.clock.advance(31 * 60)
    assert await bench.sessions.renewed(secret) is not None
    assert await bench.sessions.current([identity.key_id, "unknown"]) == (identity, None)
    for _ in range(3):  # an open connection is a use of the session
        await bench.clock.advance(4 * 24 * 3600)
        assert await bench.sessions.current([identity.key_id]) == (identity,)
    await bench.sessions.end(identity.key_id)
    assert await bench.sessions.current([identity.key_id]) == (None,)
