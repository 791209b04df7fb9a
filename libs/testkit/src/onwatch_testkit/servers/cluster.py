"""A private cluster of RabbitMQ: nodes on one machine, each with its own ports and files."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from onwatch_testkit.servers.rabbit import RabbitServer
from onwatch_testkit.servers.server import ServerFailed

COMMAND_LIMIT_S = 60.0  # each starts an Erlang runtime, which takes seconds


class RabbitNode(RabbitServer):
    """A node that joins the first one, whose name server all nodes use."""

    # One that was killed with all others waits 300 s for them.
    start_limit_s: ClassVar[float] = 360.0

    def __init__(self, folder: Path, first: RabbitNode | None = None) -> None:
        super().__init__(folder)
        self._first = first
        if first is not None:
            self._cookie, self._epmd_port = first._cookie, first._epmd_port

    @property
    def node(self) -> str:
        """Its name in the cluster."""
        return f"{self._node}@localhost"

    def _listener(self) -> str:
        return (
            f"{super()._listener()}"
            "cluster_formation.peer_discovery_backend = classic_config\n"
            f"cluster_formation.classic_config.nodes.1 = {(self._first or self).node}\n"
        ) + (f"cluster_formation.classic_config.nodes.2 = {self.node}\n" if self._first else "")

    def _start_epmd(self) -> None:
        if self._first is None:
            super()._start_epmd()

    def command(self, *words: str) -> str:
        """The output of rabbitmqctl, asked of this node."""
        command = [str(self.installed().with_name("rabbitmqctl")), "--quiet", *words]
        done = subprocess.run(  # noqa: S603 RabbitMQ's own program
            command, env=self._environment(), capture_output=True, text=True, timeout=COMMAND_LIMIT_S, check=False
        )
        if done.returncode:
            raise ServerFailed(f"rabbitmqctl {' '.join(words)} failed: {done.stdout}{done.stderr}")
        return done.stdout


@dataclass(frozen=True)
class QuorumQueue:
    """A queue that is replicated, with the nodes of its replicas that are in touch with their leader."""

    leader: RabbitNode | None
    online: Sequence[RabbitNode]


@dataclass(frozen=True)
class RabbitCluster:
    nodes: Sequence[RabbitNode]

    @classmethod
    @contextmanager
    def running(cls, size: int = 3) -> Iterator[Self]:
        """Started nodes, removed with their files at the end."""
        with ExitStack() as until:
            nodes: list[RabbitNode] = []
            for _ in range(size):
                folder = Path(tempfile.mkdtemp(prefix="onwatch-rabbitmq-"))
                until.callback(shutil.rmtree, folder, ignore_errors=True)
                node = RabbitNode(folder, nodes[0] if nodes else None)
                node._prepare()
                until.callback(node._end_companions)
                until.callback(node.kill)
                node.start()
                nodes.append(node)
            yield cls(tuple(nodes))

    @property
    def url(self) -> str:
        """The addresses of all nodes, as a setting of a service."""
        return ",".join(node.url for node in self.nodes)

    def running_nodes(self) -> Sequence[RabbitNode]:
        return [node for node in self.nodes if node.is_running]

    def quorum_queues(self) -> dict[str, QuorumQueue]:
        """By name, as a running node knows them."""
        listing = self.running_nodes()[0].command(
            "list_queues", "--formatter", "json", "name", "type", "leader", "online"
        )
        by_name = {node.node: node for node in self.nodes}
        return {
            found["name"]: QuorumQueue(by_name.get(found["leader"]), [by_name[name] for name in found["online"]])
            for found in json.loads(listing)
            if found["type"] == "quorum"
        }
