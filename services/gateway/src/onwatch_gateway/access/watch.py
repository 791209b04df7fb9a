"""Ends connections of the channel whose session or token was revoked, or whose rights have changed.

Also those that watch a video which was moved out of the folders that they may see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from onwatch_gateway.access.folders import RecentFolders
from onwatch_gateway.access.guard import Sender
from onwatch_gateway.access.identities import IdentityLookup, RecentIdentities
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import ServiceUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConnectionWatch:
    """Looks the keys of all open connections up again and again.

    While the catalog is not reached the connections stay: what they were allowed to see was allowed when it was.
    """

    lookup: IdentityLookup
    recent: RecentIdentities
    """Forgets who has changed: a page asks at once why its connection has ended."""
    folders: RecentFolders
    clock: Clock
    interval_s: float
    connections: Callable[[], Iterable[tuple[Sender, str | None]]]
    """Of each open one, who has opened it and the video that is watched."""
    end: Callable[[Sender], None]
    """Ends the connection of that sender: each has a sender of its own, also those of one session."""

    async def run(self) -> None:
        """Check every interval, until cancelled."""
        while True:
            await self.clock.sleep(self.interval_s)
            await self.check()

    async def check(self) -> None:
        await self._check_keys([sender for sender, _ in self.connections()])
        await self._check_folders([(who, video_id) for who, video_id in self.connections() if video_id is not None])

    async def _check_keys(self, senders: Sequence[Sender]) -> None:
        key_ids = tuple({sender.identity.key_id: None for sender in senders if sender.identity.key_id is not None})
        try:
            found = dict(zip(key_ids, await self.lookup.current(key_ids), strict=True))
        except ServiceUnavailable as error:
            log.info("the sessions of open connections were not checked: %s", error)
            return
        for sender in senders:
            key_id = sender.identity.key_id
            if key_id is not None and found[key_id] != sender.identity:
                log.info("a connection of %s is ended: the session was revoked or changed", sender.identity.name)
                self.recent.forget_key_id(key_id)
                self.end(sender)

    async def _check_folders(self, watching: Sequence[tuple[Sender, str]]) -> None:
        undecided = [(who, video_id) for who, video_id in watching if who.identity.depends_on_folder(video_id)]
        if not undecided:
            return
        try:
            found = await self.folders.current({video_id for _, video_id in undecided})
        except ServiceUnavailable as error:
            log.info("the folders of watched videos were not checked: %s", error)
            return
        for sender, video_id in undecided:
            if not sender.identity.may_see(video_id, found.get(video_id)):
                log.info("a connection of %s is ended: video %s was moved", sender.identity.name, video_id)
                self.end(sender)
