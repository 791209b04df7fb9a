"""Failures of requests."""

from __future__ import annotations

from onwatch_contracts.http import Problem


class Unreachable(Exception):
    """There is no answer: no server at the address, or the connection was lost."""


class RequestRefused(Exception):
    """The server answered with an error; `problem.code` is for programs, the text for people."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class NotCounted(Exception):
    """The video cannot be counted; the text says why."""
