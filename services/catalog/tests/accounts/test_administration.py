from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from onwatch_catalog.accounts import AccountStore, users
from onwatch_catalog.accounts.errors import KeyNotFound, LastAdministrator, UserNameTaken, UserNotFound
from onwatch_catalog.records import SqlStore, folders
from onwatch_contracts.accounts import Identity, KeyKind, NewLink, NewToken, NewUser, Role, UserPatch

from .conftest import PASSWORD


async def administrator(bench: Any) -> Identity:
    await bench.add("root", Role.ADMINISTRATOR)
    identity: Identity = await bench.known(await bench.log_in("root"))
    return identity


async def test_the_first_administrator_has_a_random_password_that_is_told_once(bench: Any) -> None:
    password = await bench.administration.add_first_administrator(lambda: None)

    assert len(password) == 16
    assert (await bench.sessions.log_in("admin", password, "::1")).identity.role is Role.ADMINISTRATOR
    assert await bench.administration.add_first_administrator(lambda: None) is None
    assert password not in str(await bench.store.find_user_named("admin"))


async def test_the_first_administrator_may_have_a_given_password(bench: Any) -> None:
    assert await bench.administration.add_first_administrator(lambda: PASSWORD) is None

    assert await bench.log_in("admin")


async def test_names_that_differ_in_case_alone_are_one_name(bench: Any) -> None:
    await bench.add("Ada")

    with pytest.raises(UserNameTaken):
        await bench.add("ADA")


async def test_rights_are_changed_and_apply_to_open_sessions(bench: Any) -> None:
    await bench.add("root", Role.ADMINISTRATOR)
    user_id = await bench.add("ada")
    session = await bench.log_in("ada")

    await bench.administration.change_user(user_id, UserPatch(role=Role.OPERATOR, video_ids=("v1",)), None)

    who = await bench.known(session)
    assert (who.role, who.video_ids) == (Role.OPERATOR, ("v1",))
    await bench.administration.change_user(user_id, UserPatch(video_ids=None), None)
    assert (await bench.known(session)).video_ids is None


class DisabledMeanwhile(AccountStore):
    """Another administrator disables the account in the middle of a change."""

    async def provider_of(self, user_id: str) -> str | None:
        provider = await super().provider_of(user_id)
        async with self._engine.begin() as connection:
            await connection.execute(sa.update(users).where(users.c.id == user_id).values(is_disabled=True))
        return provider


async def test_a_change_undoes_no_other_one_of_the_same_moment(bench: Any) -> None:
    await bench.add("root", Role.ADMINISTRATOR)
    user_id = await bench.add("ada")
    administration = replace(bench.administration, store=DisabledMeanwhile(bench.store._engine))

    changed = await administration.change_user(user_id, UserPatch(role=Role.OPERATOR), None)

    assert (changed.role, changed.is_disabled) == (Role.OPERATOR, True)
    assert (await bench.store.find_user(user_id)).is_disabled


async def test_a_session_that_was_opened_while_the_account_was_being_disabled_is_not_valid_later(bench: Any) -> None:
    await bench.add("root", Role.ADMINISTRATOR)
    user_id = await bench.add("ada")
    known = await bench.store.find_user(user_id)
    await bench.administration.change_user(user_id, UserPatch(is_disabled=True), None)
    session = (await bench.sessions.open_by_provider(known)).secret

    await bench.administration.change_user(user_id, UserPatch(is_disabled=False), None)

    assert await bench.who(session) is None


@pytest.mark.parametrize(
    "patch", [UserPatch(role=Role.OPERATOR), UserPatch(is_disabled=True), UserPatch(video_ids=("v1",))]
)
async def test_the_last_administrator_stays_one(bench: Any, patch: UserPatch) -> None:
    who = await administrator(bench)
    await bench.add("ada", Role.ADMINISTRATOR, ("v1",))

    with pytest.raises(LastAdministrator):
        await bench.administration.change_user(who.user_id, patch, None)
    with pytest.raises(LastAdministrator):
        await bench.administration.remove_user(who.user_id)

    assert (await bench.store.find_user(who.user_id)).is_full_administrator


async def test_an_account_is_removed_with_its_sessions_and_tokens(bench: Any) -> None:
    await administrator(bench)
    user_id = await bench.add("ada", Role.ADMINISTRATOR)
    session = await bench.log_in("ada")
    added = await bench.administration.add_token(await bench.known(session), NewToken(name="t"))

    await bench.administration.remove_user(user_id)

    assert await bench.who(session) is None
    assert await bench.who(added.secret, KeyKind.TOKEN) is None
    assert (await bench.administration.tokens()).items == ()
    with pytest.raises(UserNotFound):
        await bench.administration.remove_user(user_id)


async def test_a_token_has_no_more_rights_than_its_account(bench: Any) -> None:
    await administrator(bench)
    user_id = await bench.add("ada", Role.ADMINISTRATOR)
    ada = await bench.known(await bench.log_in("ada"))
    new = NewToken(name="deletes", role=Role.ADMINISTRATOR, video_ids=("v1", "v2"))
    secret = (await bench.administration.add_token(ada, new)).secret
    assert (await bench.known(secret, KeyKind.TOKEN)).role is Role.ADMINISTRATOR

    await bench.administration.change_user(user_id, UserPatch(role=Role.VIEWER, video_ids=("v2", "v3")), None)

    who = await bench.known(secret, KeyKind.TOKEN)
    assert (who.role, who.video_ids) == (Role.VIEWER, ("v2",))


async def test_a_token_expires_and_is_revoked(bench: Any) -> None:
    who = await administrator(bench)
    short = await bench.administration.add_token(who, NewToken(name="day", expires_in_days=1))
    revoked = await bench.administration.add_token(who, NewToken(name="gone"))

    await bench.administration.remove_token(revoked.token.id)
    assert await bench.who(revoked.secret, KeyKind.TOKEN) is None
    await bench.clock.advance(86_399)
    assert await bench.who(short.secret, KeyKind.TOKEN)
    await bench.clock.advance(1)

    assert await bench.who(short.secret, KeyKind.TOKEN) is None
    with pytest.raises(KeyNotFound):
        await bench.administration.remove_token(revoked.token.id)


async def test_links_are_listed_to_those_who_may_see_their_video(bench: Any) -> None:
    who = await administrator(bench)
    link = (await bench.administration.add_link(who, NewLink(video_id="v1"))).link
    await bench.add("ada", Role.OPERATOR, ("v2",))
    ada = await bench.known(await bench.log_in("ada"))

    assert (await bench.administration.links(who)).items == (link,)
    assert (await bench.administration.links(ada)).items == ()
    with pytest.raises(KeyNotFound):
        await bench.administration.remove_link(link.id, ada)


async def test_accounts_are_listed_with_their_last_use(bench: Any) -> None:
    await bench.add("zoe")
    await bench.add("Ada")
    await bench.log_in("Ada")

    items = (await bench.administration.users()).items

    assert [(user.name, user.last_used_at) for user in items] == [("Ada", bench.clock.now()), ("zoe", None)]


def test_a_password_has_ten_characters() -> None:
    with pytest.raises(ValueError, match="at least 10"):
        NewUser(name="ada", password="too short")


async def test_an_account_is_limited_to_folders_and_to_all_videos_again(bench: Any) -> None:
    await bench.add("root", Role.ADMINISTRATOR)
    user_id = await bench.add("ada", Role.OPERATOR)
    session = await bench.log_in("ada")

    async def limit(**patch: Any) -> tuple[Any, Any]:
        user = await bench.administration.change_user(user_id, UserPatch(**patch), None)
        who = await bench.known(session)
        assert (who.video_ids, who.folder_ids) == (user.video_ids, user.folder_ids)
        return user.video_ids, user.folder_ids

    assert await limit(folder_ids=("north",)) == ((), ("north",))
    assert await limit(video_ids=("v1",)) == (("v1",), ("north",))
    assert await limit(folder_ids=()) == (("v1",), ())
    assert await limit(video_ids=None, folder_ids=("south",)) == ((), ("south",))
    assert await limit(video_ids=None) == (None, ())


async def test_the_last_administrator_is_not_limited_to_folders(bench: Any) -> None:
    who = await administrator(bench)
    with pytest.raises(LastAdministrator):
        await bench.administration.change_user(who.user_id, UserPatch(folder_ids=("north",)), None)


async def add_video(bench: Any, make_video: Any, folder_id: str | None) -> None:
    engine = bench.store._engine
    async with engine.begin() as connection:
        folder = {"id": folder_id, "name": folder_id, "name_key": folder_id, "created_at": bench.clock.now()}
        await connection.execute(sa.insert(folders).values(folder))
    await SqlStore(engine).add(replace(make_video("v1"), folder_id=folder_id))


async def test_a_token_for_a_video_sees_it_while_it_is_in_a_folder_of_its_account(bench: Any, make_video: Any) -> None:
    await administrator(bench)
    await add_video(bench, make_video, "north")
    user_id = await bench.add("ada", Role.ADMINISTRATOR)
    ada = await bench.known(await bench.log_in("ada"))
    secret = (await bench.administration.add_token(ada, NewToken(name="t", video_ids=("v1", "v2")))).secret
    await bench.administration.change_user(user_id, UserPatch(folder_ids=("north",)), None)

    assert (await bench.known(secret, KeyKind.TOKEN)).video_ids == ("v1",)
    await SqlStore(bench.store._engine).change("v1", lambda video: replace(video, folder_id=None))

    assert (await bench.known(secret, KeyKind.TOKEN)).video_ids == ()


async def test_a_link_to_a_folder_opens_it_and_is_listed_to_those_who_may_see_it(bench: Any, make_video: Any) -> None:
    who = await administrator(bench)
    await add_video(bench, make_video, "north")
    of_folder = await bench.administration.add_link(who, NewLink(folder_id="north"))
    of_video = await bench.administration.add_link(who, NewLink(video_id="v1"))
    for name, folder in (("ada", "north"), ("bob", "south")):
        user_id = await bench.add(name, Role.OPERATOR)
        await bench.administration.change_user(user_id, UserPatch(folder_ids=(folder,)), None)
    ada, bob = [await bench.known(await bench.log_in(name)) for name in ("ada", "bob")]

    opened = await bench.sessions.enter(of_folder.path.partition("#")[2])
    assert (opened.opens, opened.identity.video_ids, opened.identity.folder_ids) == ("/?folder=north", (), ("north",))
    assert opened.identity.role is Role.VIEWER
    assert set((await bench.administration.links(ada)).items) == {of_folder.link, of_video.link}
    assert (await bench.administration.links(bob)).items == ()
    for link in (of_folder.link, of_video.link):
        with pytest.raises(KeyNotFound):
            await bench.administration.remove_link(link.id, bob)
        await bench.administration.remove_link(link.id, ada)


@pytest.mark.parametrize(
    "wrong", [{}, {"video_id": "v", "folder_id": "f"}, {"folder_id": "f", "moment_s": 3.0}], ids=str
)
def test_a_link_opens_a_video_or_a_folder(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"video_id or folder_id|moment_s"):
        NewLink(**wrong)
