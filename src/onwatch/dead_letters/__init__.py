"""`onwatch dead-letters`: messages that no service could handle, one by one."""

from onwatch.dead_letters.commands import all_that_wait, dead_letters

__all__ = ["all_that_wait", "dead_letters"]
