"""`onwatch dead-letters`: messages that no service could handle, one by one."""

from onwatch.dead_letters.commands import dead_letters, how_many_wait

__all__ = ["dead_letters", "how_many_wait"]
